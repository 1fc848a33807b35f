-- detect_probing: one row per actor and door that described objects or counted their rows, $probes times or more and over
-- two objects or more, went on to read, and whose account had not done so a day or more before.
WITH probe AS (
    SELECT actor, door, done_at, log, objects, operation FROM detect_event WHERE operation = 'describe' OR counted
), by_log AS (
    SELECT actor, door, log, min(done_at) AS begins_at, count(*) AS probes FROM probe GROUP BY actor, door, log
), about AS (
    SELECT actor, door, count(DISTINCT object) AS objects FROM (SELECT actor, door, unnest(objects) AS object FROM probe) GROUP BY actor, door
), by_door AS (
    SELECT actor, door, min(begins_at) AS begins_at, max(probes) AS probes FROM by_log GROUP BY actor, door
), first_probe AS (
    SELECT actor, min(done_at) AS first_at FROM probe GROUP BY actor
)
SELECT by_door.actor, [by_door.door] AS doors, by_door.begins_at, max(detect_read.done_at) AS ends_at, probes, about.objects
FROM by_door JOIN first_probe USING (actor)
JOIN about ON about.actor = by_door.actor AND about.door = by_door.door
JOIN detect_way ON detect_way.actor = by_door.actor AND detect_way.door = by_door.door
JOIN detect_read ON detect_read.way = detect_way.way
 AND detect_read.done_at BETWEEN by_door.begins_at AND by_door.begins_at + INTERVAL 1 DAY
WHERE probes >= $probes AND about.objects >= 2 AND by_door.begins_at <= first_at + INTERVAL 1 DAY
GROUP BY by_door.actor, by_door.door, by_door.begins_at, probes, about.objects
