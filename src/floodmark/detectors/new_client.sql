-- detect_new_client: one row per account and mark that is new for it: a client, application or user agent (tool), a network
-- (place), a network of work in the browser (desk), a browser (device), or an address in a network in which the account was
-- before (address). others: accounts that showed it a week or more before. doors: the one
-- that showed it first. unknown: no other account had the network or address, fewer than $common the tool;
-- near: the account came from a neighbouring network before. A client that the set-up trail named within $announced_days days before is
-- announced for the account that shows it first; who comes with it later was not set up.
WITH announced AS (
    SELECT "at" AS said_at, lower(resource) AS said FROM event
    WHERE operation = 'setup' AND (method ILIKE '%connectedapp%' OR method ILIKE '%packagingapp%') AND "at" IS NOT NULL AND resource IS NOT NULL
), named AS (
    SELECT mark.actor, mark.kind, mark.mark FROM detect_mark AS mark JOIN announced ON said_at <= told_at
       AND said_at >= told_at - to_days($announced_days) AND contains(said, mark.mark)
    WHERE mark.kind = 'client' AND length(mark.mark) >= 4 AND before = 0
    GROUP BY ALL
), inside AS (
    -- A telephone's address has no network here.
    SELECT actor, ip AS mark, min(seen_at) AS inside_at
    FROM (SELECT actor, ip, net, min(done_at) AS seen_at FROM detect_event WHERE ip IS NOT NULL AND net IS NOT NULL GROUP BY ALL)
    JOIN (SELECT actor, net, min(begins_at) AS net_at FROM detect_presence GROUP BY ALL) USING (actor, net)
    WHERE net_at < seen_at
    GROUP BY actor, mark
)
SELECT CASE WHEN named.mark IS NOT NULL THEN 'tool-announced'
            WHEN wide.wide_at < mark.first_at THEN CASE mark.kind WHEN 'net' THEN 'place-near' ELSE 'desk-near' END
            ELSE CASE mark.kind WHEN 'net' THEN 'place' WHEN 'desk' THEN 'desk' WHEN 'agent' THEN 'agent' WHEN 'browser' THEN 'browser' WHEN 'ip' THEN 'address' ELSE 'tool' END
                 || CASE WHEN mark.others < CASE WHEN mark.kind IN ('net', 'desk', 'ip') THEN 1 ELSE $common END THEN '-unknown' ELSE '-known' END END AS kind,
       mark.actor, [arg_min(door.door, (door.since, door.door))] AS doors, mark.told_at, mark.first_at AS begins_at,
       mark.told_at AS ends_at, mark.kind AS what, mark.mark AS name, mark.others
FROM detect_mark AS mark JOIN detect_door AS door ON door.actor = mark.actor AND door.kind = mark.kind AND door.mark = mark.mark
LEFT JOIN named ON named.actor = mark.actor AND named.kind = mark.kind AND named.mark = mark.mark
LEFT JOIN detect_wide AS wide ON mark.kind IN ('net', 'desk') AND wide.actor = mark.actor AND wide.wide = neighbourhood(mark.mark)
LEFT JOIN inside ON mark.kind = 'ip' AND inside.actor = mark.actor AND inside.mark = mark.mark
WHERE mark.kind <> 'ip' OR inside_at <= mark.told_at
GROUP BY mark.actor, mark.kind, mark.mark, mark.told_at, mark.first_at, mark.others, named.mark, wide.wide_at
