-- detect_door: one row per actor, door and mark that was new for the actor within $weeks weeks before the door was used.
SELECT DISTINCT shown.actor, door, mark.kind, mark.mark, first_at, others, settled
FROM (
    SELECT actor, door, unnest(['client', 'app', 'agent', 'net', 'ip']) AS kind, unnest([client, app, agent, net, ip]) AS mark,
           min(done_at) AS begins_at
    FROM detect_event GROUP BY actor, door, client, app, agent, net, ip
) AS shown
JOIN detect_mark AS mark ON mark.actor = shown.actor AND mark.kind = shown.kind AND mark.mark = shown.mark
WHERE begins_at <= first_at + to_days(7 * $weeks)
