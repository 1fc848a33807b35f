-- detect_read: one row per event that read customer records. way: by what account, door and log. rows: how many it read, 0 where another row of
-- the same log counts them or none tells. unknown: a further page or a download without a count. kind: query,
-- bulk, report or records. act: a number for one query, job or run of a day, or hour of single records, within its door and kind.
SELECT way, done_at, date_trunc('hour', done_at) AS hour, record, kind,
       CASE WHEN operation IN ('page_view', 'record', 'file') THEN epoch_us(done_at) // 3600000000
            WHEN text IS NOT NULL AND operation IN ('query', 'query_more')
                THEN text::HUGEINT * 4294967296 + (done_at::DATE - DATE '1970-01-01') + 2147483648
            ELSE -1 - detect_done.rowid END::HUGEINT AS act,
       CASE WHEN operation = 'query_more' THEN coalesce(delivered_rows, 0)
            WHEN operation = 'bulk_job' THEN greatest(0, coalesce(matched_rows, delivered_rows, 0))
            ELSE coalesce(delivered_rows, matched_rows, 0) END::BIGINT AS rows,
       operation IN ('query_more', 'bulk_result') AND coalesce(delivered_rows, matched_rows) IS NULL AS unknown,
       job
FROM detect_done JOIN detect_means USING (means)
WHERE reading AND job IS NULL AND execution IS NULL
UNION ALL
FROM detect_run
