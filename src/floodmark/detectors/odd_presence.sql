-- detect_odd_presence: one row per account and step: two-places, the first time at which the account was active from two
-- networks by different doors within $minutes minutes, and in the first one again, for each network that it came to later than to the other; odd-hour,
-- a door first used at an hour of the day (UTC) at which, an hour more or less, the account had never been active on a day
-- before, after $days days of activity.
WITH mixed AS (
    SELECT actor, hour FROM detect_presence WHERE net <> '' GROUP BY actor, hour HAVING count(DISTINCT net) > 1 AND count(DISTINCT door) > 1
    UNION
    -- Two hours that follow each other, the one in one network and the other in another.
    SELECT late.actor, unnest([early.hour, late.hour]) FROM detect_presence AS late JOIN detect_presence AS early
      ON early.actor = late.actor AND early.hour = late.hour - INTERVAL 1 HOUR AND early.net <> late.net AND early.door <> late.door
    WHERE late.begins_at <= early.ends_at + to_minutes(2 * $minutes)
), followed AS (
    SELECT event.actor, event.done_at, event.net, event.door,
           lag((event.net, event.door, event.done_at)) OVER (PARTITION BY event.actor ORDER BY event.done_at, event.event) AS last,
           lag(event.done_at) OVER (PARTITION BY event.actor, event.net ORDER BY event.done_at, event.event) AS here_at
    FROM detect_event AS event JOIN mixed ON mixed.actor = event.actor AND mixed.hour = date_trunc('hour', event.done_at)
    WHERE event.net IS NOT NULL
), pair AS (
    -- Here, there, and here again, and not both of one /16 (/32 of IPv6): a line that dropped and came back with another
    -- address is no second place.
    SELECT actor, net, last[1] AS other, door, last[2] AS other_door, done_at AS told_at FROM followed
    WHERE last[1] <> net AND neighbourhood(last[1]) <> neighbourhood(net) AND last[2] <> door AND last[3] >= done_at - to_minutes($minutes) AND here_at >= done_at - to_minutes(2 * $minutes)
), first_net AS (
    SELECT actor, net, min(begins_at) AS net_at FROM detect_presence GROUP BY actor, net
), newer AS (
    -- The network, and the door, that count are those that came later to the account.
    SELECT pair.actor, told_at, CASE WHEN mine.net_at > theirs.net_at THEN pair.net ELSE other END AS net,
           CASE WHEN mine.net_at > theirs.net_at THEN other ELSE pair.net END AS other,
           CASE WHEN mine.net_at > theirs.net_at THEN door ELSE other_door END AS door
    FROM pair JOIN first_net AS mine ON mine.actor = pair.actor AND mine.net = pair.net
    JOIN first_net AS theirs ON theirs.actor = pair.actor AND theirs.net = pair.other
), placed AS (
    SELECT *, row_number() OVER (PARTITION BY actor, net ORDER BY told_at, door, other) AS place FROM newer
), hourly AS (
    SELECT actor, day, hour_of_day, min(begins_at) AS begins_at, arg_min(door, (begins_at, door)) AS door
    FROM (SELECT actor, door, begins_at, hour::DATE AS day, extract(hour FROM hour) AS hour_of_day FROM detect_presence)
    GROUP BY actor, day, hour_of_day
), earliest AS (
    -- The first day at which the account was active at the hour or next to it.
    SELECT actor, (hour_of_day + shift + 24) % 24 AS hour_of_day, min(begins_at) AS known_at
    FROM hourly, (VALUES (-1), (0), (1)) AS s(shift) GROUP BY ALL
), days AS (
    SELECT actor, day, row_number() OVER (PARTITION BY actor ORDER BY day) AS place FROM (SELECT DISTINCT actor, day FROM hourly)
)
SELECT 'two-places' AS kind, actor, [door] AS doors, told_at, told_at AS begins_at, told_at AS ends_at, net AS what, other, NULL::BIGINT AS known_days
FROM placed WHERE place = 1
UNION ALL
SELECT 'odd-hour', hourly.actor, [hourly.door], min(hourly.begins_at), min(hourly.begins_at), min(hourly.begins_at),
       min(hourly.hour_of_day)::VARCHAR, NULL, min(days.place) - 1
FROM hourly JOIN days USING (actor, day) JOIN earliest USING (actor, hour_of_day)
WHERE days.place > $days AND earliest.known_at >= hourly.begins_at - INTERVAL 3 HOUR
GROUP BY hourly.actor, hourly.door, hourly.day
