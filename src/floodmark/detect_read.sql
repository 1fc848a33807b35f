-- detect_read: one row per event that read customer records. way: by what account, door and log. rows: how many it read, 0 where another row of
-- the same log counts them or none tells. unknown: a further page or a download without a count. kind: query,
-- bulk, report or records. act: one query, job or run of a day, or hour of single records, within its door and log.
WITH placed AS (
    SELECT *, 0 AS told_before FROM detect_event WHERE reading AND job IS NULL AND execution IS NULL
    UNION ALL
    SELECT *,
        -- A bulk job states a running total on each of its rows, a report run the same total on each chunk.
        coalesce(max(coalesce(matched_rows, delivered_rows)) OVER (PARTITION BY log, operation, coalesce(job, execution)
                 ORDER BY done_at, event ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)
    FROM detect_event WHERE reading AND (job IS NOT NULL OR execution IS NOT NULL)
)
SELECT way, done_at, date_trunc('hour', done_at) AS hour, record,
       CASE WHEN operation IN ('query', 'query_more', 'search', 'read_unknown') THEN 'query'
            WHEN operation IN ('bulk_job', 'bulk_result') THEN 'bulk'
            WHEN operation IN ('report', 'list_view') THEN 'report' ELSE 'records' END AS kind,
       CASE WHEN operation IN ('query', 'query_more') THEN coalesce(text::VARCHAR, event) || ' ' || done_at::DATE
            WHEN operation IN ('page_view', 'record', 'file') THEN (epoch_us(done_at) // 3600000000)::VARCHAR
            ELSE coalesce(job, execution, event) || ' ' || done_at::DATE END AS act,
       CASE WHEN operation = 'query_more' THEN coalesce(delivered_rows, 0)
            WHEN operation = 'bulk_job' OR execution IS NOT NULL
                THEN greatest(0, coalesce(matched_rows, delivered_rows, 0) - told_before)
            ELSE coalesce(delivered_rows, matched_rows, 0) END::BIGINT AS rows,
       operation IN ('query_more', 'bulk_result') AND coalesce(delivered_rows, matched_rows) IS NULL AS unknown,
       job
FROM placed JOIN detect_way USING (actor, door, log)
