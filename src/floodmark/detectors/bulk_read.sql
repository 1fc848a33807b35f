-- detect_bulk_read: one row per account, door, kind of reading and day with a first bulk read: an act of $rows rows or more
-- ($records distinct ones for single records within an hour) where the largest a day or more before had less than half.
-- told_at: when the act had reached that. uncounted: no log counts rows in that hour, and further pages or bulk results
-- were fetched for the first time. deleted-job: a bulk job of the account was deleted within an hour after it, for the first time.
WITH deletion AS (
    SELECT actor, job, min(done_at) AS deleted_at FROM detect_event
    WHERE job IS NOT NULL AND (method = 'deleted' OR operation = 'write' AND method = 'delete')
    GROUP BY actor, job
), first_deletion AS (
    SELECT actor, min(deleted_at) AS first_at FROM deletion GROUP BY actor
), judged AS (
    SELECT act.*, CASE WHEN kind = 'records' THEN $records ELSE $rows END AS least, coalesce(hour.rows, 0) AS hour_rows,
           CASE WHEN deleted_at BETWEEN begins_at AND ends_at + INTERVAL 1 HOUR
                     AND deleted_at <= first_at + INTERVAL 1 DAY THEN deleted_at END AS deleted_at
    FROM detect_act AS act
    LEFT JOIN detect_hour AS hour ON hour.actor = act.actor AND hour.hour = date_trunc('hour', act.begins_at)
    LEFT JOIN deletion ON deletion.actor = act.actor AND deletion.job = act.job
    LEFT JOIN first_deletion ON first_deletion.actor = act.actor
), chosen AS (
    SELECT 'bulk-first' AS sign, full_at AS told_at, * FROM judged WHERE rows >= least AND before * 2 < least
    UNION ALL
    SELECT 'bulk-largest' || CASE WHEN kind = 'report' AND (day(most_at) >= $closing_from OR day(most_at) <= $closing_to) THEN '-closing' ELSE '' END,
           most_at, * FROM judged WHERE most_at IS NOT NULL
    UNION ALL
    -- That nothing counted them is known when the hour is over.
    SELECT 'bulk-uncounted', date_trunc('hour', unknown_at) + INTERVAL 1 HOUR, * FROM judged
    WHERE kind IN ('query', 'bulk') AND unknown > 0 AND unknown_before = 0 AND before * 2 < least AND hour_rows < $counted
    UNION ALL
    SELECT 'job-deleted', deleted_at, * FROM judged WHERE deleted_at IS NOT NULL AND (rows > 0 OR unknown > 0)
)
SELECT sign AS kind, actor, [door] AS doors, min(told_at) AS told_at, min(begins_at) AS begins_at, max(ends_at) AS ends_at, kind AS way,
       max(rows) AS rows, max(before) AS before, max(before_all) AS before_all, sum(unknown)::BIGINT AS unknown, min(deleted_at) AS deleted_at
FROM chosen
GROUP BY sign, actor, door, kind, begins_at::DATE
