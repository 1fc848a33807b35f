-- detect_door: one row per account, door and mark that was new for the account within $weeks weeks before the door was
-- used. since: when the door first showed it. near: the mark is a network beside one in which the account was before, or an
-- address or a desk in such a network.
WITH beside AS (
    SELECT mark.actor, mark.mark AS net
    FROM detect_mark AS mark JOIN detect_wide AS wide ON wide.actor = mark.actor AND wide.wide = neighbourhood(mark.mark)
    WHERE mark.kind = 'net' AND wide_at < first_at
), inside AS (
    SELECT DISTINCT actor, unnest(['net', 'desk', 'ip']) AS kind, unnest([net, net, ip]) AS mark
    FROM detect_means JOIN beside USING (actor, net)
)
SELECT shown.actor, door, mark.kind, mark.mark, greatest(min(begins_at), mark.told_at) AS since,
       (shown.actor, mark.kind, mark.mark) IN (SELECT (actor, kind, mark) FROM inside) AS near
FROM (
    SELECT actor, door, unnest(['client', 'app', 'agent', 'browser', 'net', 'ip', 'desk']) AS kind, unnest([client, app, agent, browser, net, ip, desk]) AS mark,
           min(begins_at) AS begins_at
    FROM detect_stay JOIN detect_means USING (means) GROUP BY actor, door, client, app, agent, browser, net, ip, desk
) AS shown
JOIN detect_mark AS mark ON mark.actor = shown.actor AND mark.kind = shown.kind AND mark.mark = shown.mark
WHERE begins_at <= first_at + to_days(7 * $weeks)
GROUP BY shown.actor, door, mark.kind, mark.mark, mark.told_at
