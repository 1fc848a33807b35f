-- detect_record_walk: one row per account, object (the first three characters of an id), door and day on which customers' records
-- were opened one by one in the order of their ids, up or down: $steps steps in a row within an hour and in one direction, a
-- record opened again not counted, two of the same instant in no order. told_at: when that was reached.
WITH opened AS (
    SELECT actor, door, done_at, record[1:3] AS object, record,
           lag((record, done_at)) OVER (PARTITION BY actor, door, log, record[1:3] ORDER BY done_at, record) AS last, log
    FROM detect_read JOIN detect_way USING (way)
    WHERE kind = 'records' AND record IS NOT NULL
), step AS (
    SELECT actor, door, log, object, done_at, CASE WHEN done_at = last[2] THEN 0 WHEN record > last[1] THEN 1 ELSE -1 END AS way
    FROM opened WHERE record <> last[1]
), turned AS (
    SELECT *, sum((way IS DISTINCT FROM before)::INTEGER) OVER (PARTITION BY actor, door, log, object ORDER BY done_at, way ROWS UNBOUNDED PRECEDING) AS stretch
    FROM (SELECT *, lag(way) OVER (PARTITION BY actor, door, log, object ORDER BY done_at, way) AS before FROM step)
), walked AS (
    SELECT *, count(*) OVER (PARTITION BY actor, door, log, object, stretch ORDER BY done_at RANGE BETWEEN INTERVAL 1 HOUR PRECEDING AND CURRENT ROW) AS steps
    FROM turned WHERE way <> 0
)
SELECT 'walk' AS kind, actor, [door] AS doors, min(done_at) FILTER (steps >= $steps) AS told_at,
       min(done_at) FILTER (steps >= $steps) - INTERVAL 1 HOUR AS begins_at, max(done_at) FILTER (steps >= $steps) AS ends_at, object, max(steps) AS steps,
       arg_max(way, (steps, done_at)) AS way
FROM walked
GROUP BY actor, door, object, done_at::DATE
HAVING max(steps) >= $steps
