-- link: one row per link with its kind, value, account, state (followed, offered, refused), whether honest work
-- used its value before (familiar), whether only clients that the account had used before, or phones, came from a
-- new address (own_client), first_at, last_at, event_count, first_events (five, by time) and last_event.
-- Where a link brings some events and leaves others, only those that it brings count.
WITH wide AS (
    SELECT *, bool_or(followed) OVER (PARTITION BY link) AS any_followed FROM widened
), covered AS (
    SELECT DISTINCT event FROM widened WHERE kind <> 'same session' AND NOT refused
), every AS (
    SELECT event, kind, value, '' AS account, link, refused, true AS followed, false AS familiar,
           false AS own_client FROM selected
    UNION ALL
    SELECT event, joined_by, value, account, link, refused, true, false, false FROM joined
    UNION ALL
    SELECT event, kind, value, account, link, refused, followed, familiar, own_client
    FROM wide
    WHERE followed = any_followed AND (kind <> 'same session' OR event NOT IN (SELECT event FROM covered))
    UNION ALL
    SELECT event, kind, account, '', link, refused, true, false, false FROM beside WHERE kind = 'identity'
), placed AS (
    SELECT every.*, event."at", strftime(event."at", '%Y%m%d%H%M%S.%f ') || every.event AS place
    FROM event JOIN every ON every.event = event.event
)
SELECT link, kind, value, account,
       CASE WHEN bool_or(refused) THEN 'refused' WHEN bool_or(followed) THEN 'followed' ELSE 'offered' END AS state,
       bool_and(familiar) AS familiar, bool_and(own_client) AS own_client, min("at") AS first_at, max("at") AS last_at,
       count(*) AS event_count,
       list_transform(min(place, 5), lambda place: substr(place, 23)) AS first_events,
       substr(max(place), 23) AS last_event
FROM placed
GROUP BY link, kind, value, account
