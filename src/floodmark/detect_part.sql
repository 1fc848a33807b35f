-- detect_part: one row per act and hour in which it read, by way (as in detect_read): when it began and ended in that hour, how many rows it
-- read, how many reads were without a count (unknown), and when the first of those was.
SELECT way, hour, kind, act, min(done_at) AS begins_at, max(done_at) AS ends_at, max(job) AS job, sum(rows)::BIGINT AS rows,
       count(*) FILTER (unknown) AS unknown, min(done_at) FILTER (unknown) AS unknown_at
FROM detect_read
GROUP BY way, hour, kind, act
