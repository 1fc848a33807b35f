-- detect_door: one row per account, door and mark that was new for the account within $weeks weeks before the door was
-- used. since: when the door first showed it.
SELECT shown.actor, door, mark.kind, mark.mark, greatest(min(begins_at), mark.told_at) AS since
FROM (
    SELECT actor, door, unnest(['client', 'app', 'agent', 'browser', 'net', 'ip', 'desk']) AS kind, unnest([client, app, agent, browser, net, ip, desk]) AS mark,
           min(begins_at) AS begins_at
    FROM detect_stay JOIN detect_means USING (means) GROUP BY actor, door, client, app, agent, browser, net, ip, desk
) AS shown
JOIN detect_mark AS mark ON mark.actor = shown.actor AND mark.kind = shown.kind AND mark.mark = shown.mark
WHERE begins_at <= first_at + to_days(7 * $weeks)
GROUP BY shown.actor, door, mark.kind, mark.mark, mark.told_at
