-- apart: per account of the intrusion its work that is not counted as hostile, without the identity provider's
-- rows: event_count, session_count, first_at, last_at; usual_count: from an address and with a tool that honest work
-- used before; unsettled_count: the others, with first_events (five, by time) and last_event of these.
WITH who AS (
    SELECT DISTINCT actor, account FROM worked WHERE actor IS NOT NULL
), inside AS (
    SELECT DISTINCT coalesce(who.account, lower(hostile.actor_name)) AS account
    FROM hostile LEFT JOIN who ON who.actor = hostile.actor
    WHERE hostile.log NOT LIKE 'okta.%'
), own AS (
    SELECT event, "at", session, coalesce(who.account, lower(actor_name)) AS account,
           (ip IS NULL OR ip IN (SELECT value FROM known WHERE kind = 'address'))
           AND (tool IS NULL OR tool IN (SELECT value FROM known WHERE kind = 'tool')) AS usual
    FROM (SELECT event, "at", session, actor, actor_name, ip,
                 coalesce(client, CASE WHEN user_agent NOT LIKE 'Mozilla/%' THEN user_agent END) AS tool
          FROM event WHERE log NOT LIKE 'okta.%') event
    ANTI JOIN (SELECT event FROM hostile) hostile USING (event)
    LEFT JOIN who ON who.actor = event.actor
)
SELECT account, count(*) AS event_count, count(DISTINCT session) AS session_count,
       min("at") AS first_at, max("at") AS last_at,
       count(*) FILTER (usual) AS usual_count, count(*) FILTER (NOT usual) AS unsettled_count,
       coalesce(list_transform(min(place, 5) FILTER (NOT usual), lambda place: substr(place, 23)), []) AS first_events,
       substr(max(place) FILTER (NOT usual), 23) AS last_event
FROM (SELECT *, strftime("at", '%Y%m%d%H%M%S.%f ') || event AS place FROM own)
WHERE account IN (SELECT account FROM inside WHERE account IS NOT NULL)
GROUP BY account
