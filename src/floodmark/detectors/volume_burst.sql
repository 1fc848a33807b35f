-- detect_volume_burst: one row per account, hour and step: the moment at which the rows read in that hour, of the log that
-- tells most, reached $steps[i] times its busiest hour a day or more before (or times $least_before, if that is more), and
-- $rows. doors: those that had read in that hour until then.
WITH step AS (
    SELECT unnest($steps::BIGINT[]) AS times, unnest($kinds::VARCHAR[]) AS kind
), wanted AS (
    SELECT hour.actor, hour.hour, before, hour.rows AS hour_rows, kind, times, greatest($rows, times * greatest(before, $least_before)) AS needed
    FROM detect_hour AS hour JOIN step ON hour.rows >= greatest($rows, times * greatest(before, $least_before))
), running AS (
    SELECT actor, door, log, hour, done_at,
           sum(rows) OVER (PARTITION BY actor, log, hour ORDER BY done_at RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS rows
    FROM detect_read JOIN detect_way USING (way)
    SEMI JOIN wanted ON wanted.actor = detect_way.actor AND wanted.hour = detect_read.hour
), reached AS (
    SELECT wanted.actor, wanted.hour, kind, any_value(before) AS before, any_value(hour_rows) AS rows, any_value(times) AS times,
           min(done_at) FILTER (running.rows >= needed) AS told_at
    FROM wanted JOIN running ON running.actor = wanted.actor AND running.hour = wanted.hour
    GROUP BY wanted.actor, wanted.hour, kind
)
SELECT kind, reached.actor, list_sort(list(DISTINCT door)) AS doors, told_at, min(done_at) AS begins_at, max(done_at) AS ends_at,
       reached.hour, reached.rows, before, times
FROM reached JOIN running ON running.actor = reached.actor AND running.hour = reached.hour AND running.done_at <= told_at
GROUP BY kind, reached.actor, reached.hour, told_at, reached.rows, before, times
