-- detect_stay: one row per means and hour (UTC) with any event: its first and last time in that hour. reads: whether customer
-- records were read.
SELECT means, date_trunc('hour', done_at) AS hour, min(done_at) AS begins_at, max(done_at) AS ends_at, bool_or(reading) AS reads
FROM detect_done
GROUP BY ALL
