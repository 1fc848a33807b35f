-- detect_act: one row per actor, door, kind and act. rows: read by the act, the most that one log tells; for
-- single records the distinct ones. unknown: further pages or downloads without a count. before, unknown_before:
-- the largest such act of the actor that began a day or more earlier, and the number of those uncounted ones.
WITH by_log AS (
    SELECT actor, door, kind, act, log, min(done_at) AS begins_at, max(done_at) AS ends_at, max(job) AS job,
           CASE WHEN kind = 'records' THEN count(DISTINCT record) ELSE sum(rows) END::BIGINT AS rows,
           count(*) FILTER (unknown) AS unknown
    FROM detect_read
    GROUP BY actor, door, kind, act, log
), by_act AS (
    SELECT actor, door, kind, act, min(begins_at) AS begins_at, max(ends_at) AS ends_at, max(job) AS job,
           max(rows) AS rows, max(unknown) AS unknown
    FROM by_log
    GROUP BY actor, door, kind, act
)
SELECT *,
       coalesce(max(rows) OVER earlier, 0) AS before,
       coalesce(sum(CASE WHEN unknown > 0 OR kind = 'bulk' THEN 1 ELSE 0 END) OVER earlier, 0)::BIGINT AS unknown_before
FROM by_act
WINDOW earlier AS (PARTITION BY actor, kind ORDER BY begins_at
                   RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL 1 DAY PRECEDING)
