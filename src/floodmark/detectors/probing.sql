-- detect_probing: one row per account, door and step: the first call that described objects or counted rows (looked), and the
-- $probes-th over two objects or more (looked-around), by an account that had not done so a day or more before.
WITH probe AS (
    SELECT actor, door, done_at, log, objects, event FROM detect_event WHERE operation = 'describe' OR counted
), first_probe AS (
    SELECT actor, min(done_at) AS first_at FROM probe GROUP BY actor
), early AS (
    SELECT probe.* FROM probe JOIN first_probe USING (actor) WHERE done_at <= first_at + INTERVAL 1 DAY
), placed AS (
    SELECT *, row_number() OVER (PARTITION BY actor, door, log ORDER BY done_at, event) AS place,
           len(list_distinct(flatten(list(objects) OVER (PARTITION BY actor, door ORDER BY done_at RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)))) AS seen
    FROM early
), told AS (
    SELECT actor, door, min(done_at) AS first_at, max(done_at) AS ends_at, max(place) AS probes, max(seen) AS objects,
           min(done_at) FILTER (place >= $probes AND seen >= 2) AS around_at
    FROM placed GROUP BY actor, door
)
SELECT 'looked' AS kind, actor, [door] AS doors, first_at AS told_at, first_at AS begins_at, ends_at, probes, objects FROM told
UNION ALL
SELECT 'looked-around', actor, [door], around_at, first_at, ends_at, probes, objects FROM told WHERE around_at IS NOT NULL
