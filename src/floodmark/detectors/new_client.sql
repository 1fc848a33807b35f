-- detect_new_client: one row per actor and door that read customer data and showed a client, application, user agent or
-- network new for the account. kinds: which of these, sorted; others: accounts that showed the least known one before.
WITH reading AS (
    SELECT actor, door, min(done_at) AS begins_at, max(done_at) AS ends_at, count(*) AS reads
    FROM detect_read JOIN detect_way USING (way) GROUP BY actor, door
)
SELECT reading.actor, [reading.door] AS doors, begins_at, ends_at, list_sort(list(DISTINCT kind)) AS kinds,
       min(others) AS others, bool_or(settled) AS settled, reads
FROM reading JOIN detect_door AS mark ON mark.actor = reading.actor AND mark.door = reading.door
WHERE kind <> 'ip'
GROUP BY reading.actor, reading.door, begins_at, ends_at, reads
