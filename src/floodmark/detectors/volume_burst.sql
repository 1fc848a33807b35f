-- detect_volume_burst: one row per actor and hour that read $rows or more and $factor times its busiest hour a
-- day or more before. doors: those that read more than that hour, or a fifth of this one.
WITH by_way AS (
    SELECT way, hour, sum(rows)::BIGINT AS rows, min(done_at) AS begins_at, max(done_at) AS ends_at
    FROM detect_read GROUP BY way, hour
), by_door AS (
    SELECT actor, hour, door, max(rows) AS rows, min(begins_at) AS begins_at, max(ends_at) AS ends_at
    FROM by_way JOIN detect_way USING (way) GROUP BY actor, hour, door
)
SELECT burst.actor, list_sort(list(door)) AS doors, min(begins_at) AS begins_at, max(ends_at) AS ends_at,
       burst.hour, burst.rows, burst.before
FROM detect_hour AS burst JOIN by_door ON by_door.actor = burst.actor AND by_door.hour = burst.hour
WHERE burst.rows >= $rows AND burst.rows >= $factor * burst.before
  AND (by_door.rows > greatest(burst.before, 1) OR by_door.rows * 5 >= burst.rows)
GROUP BY burst.actor, burst.hour, burst.rows, burst.before
