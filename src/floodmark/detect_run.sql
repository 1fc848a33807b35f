-- detect_run: one row per event of a job or of a run of a report or list that read customer records, as in detect_read.
WITH placed AS (
    SELECT done.*, way, kind, operation, done.rowid AS place, dense_rank() OVER (ORDER BY coalesce(job, execution)) AS run,
           -- A bulk job states a running total on each of its rows, a report run the same total on each chunk.
           coalesce(max(coalesce(matched_rows, delivered_rows)) OVER (PARTITION BY log, operation, coalesce(job, execution)
                    ORDER BY done_at, event ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS told_before
    FROM detect_done AS done JOIN detect_means USING (means)
    WHERE reading AND (job IS NOT NULL OR execution IS NOT NULL)
)
SELECT way, done_at, date_trunc('hour', done_at) AS hour, record, kind,
       CASE WHEN operation IN ('query', 'query_more') THEN
                coalesce(text::HUGEINT * 4294967296 + (done_at::DATE - DATE '1970-01-01') + 2147483648, -1 - place)
            WHEN operation IN ('page_view', 'record', 'file') THEN epoch_us(done_at) // 3600000000
            ELSE run::HUGEINT * -4294967296 * 4294967296 + (done_at::DATE - DATE '1970-01-01') END::HUGEINT AS act,
       CASE WHEN operation = 'query_more' THEN coalesce(delivered_rows, 0)
            WHEN operation = 'bulk_job' OR execution IS NOT NULL
                THEN greatest(0, coalesce(matched_rows, delivered_rows, 0) - told_before)
            ELSE coalesce(delivered_rows, matched_rows, 0) END::BIGINT AS rows,
       operation IN ('query_more', 'bulk_result') AND coalesce(delivered_rows, matched_rows) IS NULL AS unknown,
       job
FROM placed
