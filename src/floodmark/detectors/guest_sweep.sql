-- detect_guest_sweep: one row per account, address and hour in which requests of a page's own framework came from one address
-- at a pace that no address had a day or more before: within 60 minutes, $times times as many as in the busiest 60 minutes of
-- any, and $requests. told_at: when that was reached first in the hour.
-- guest-list, guest-record: one row per account and action that hands out many records ($lists) or one ($actions), asked for the first time, more
-- than $days days after the account's first such request of all.
WITH asked AS (
    SELECT actor, coalesce(ip, '') AS ip, door, done_at,
           count(*) OVER (PARTITION BY actor, ip ORDER BY done_at RANGE BETWEEN INTERVAL 1 HOUR PRECEDING AND CURRENT ROW) AS requests
    FROM detect_event
    WHERE log IN ('salesforce.elf.AuraRequest', 'salesforce.elf.Sites')
), hourly AS (
    SELECT actor, date_trunc('hour', done_at) AS hour, max(requests) AS requests FROM asked GROUP BY ALL
), busiest AS (
    SELECT actor, hour, coalesce(max(requests) OVER (PARTITION BY actor ORDER BY hour RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL 1 DAY PRECEDING), 0) AS before
    FROM hourly
), reached AS (
    SELECT asked.*, date_trunc('hour', done_at) AS hour, before FROM asked
    JOIN busiest ON busiest.actor = asked.actor AND busiest.hour = date_trunc('hour', done_at)
    WHERE requests >= greatest($requests, $times * before)
)
SELECT 'guest-sweep' AS kind, actor, [arg_min(door, (done_at, door))] AS doors, min(done_at) AS told_at,
       min(done_at) - INTERVAL 1 HOUR AS begins_at, max(done_at) AS ends_at, 'sweep ' || ip AS chain, ip AS what, max(requests) AS rows, max(before) AS before
FROM reached
GROUP BY actor, ip, hour
UNION ALL
SELECT CASE WHEN list_contains($lists::VARCHAR[], lower(action)) THEN 'guest-list' ELSE 'guest-record' END, actor, [arg_min(door, (done_at, door))], min(done_at), min(done_at), max(done_at), NULL, action, count(*), 0
FROM (
    SELECT actor, door, done_at, unnest(string_split(action, ',')) AS action, min(done_at) OVER (PARTITION BY actor) AS first_at
    FROM detect_event WHERE action IS NOT NULL
)
WHERE list_contains($actions::VARCHAR[], lower(action))
GROUP BY actor, action, first_at
HAVING min(done_at) > first_at + to_days($days)
