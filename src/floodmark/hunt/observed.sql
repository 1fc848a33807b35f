-- observed: one row per value that the intrusion's events show: slot, value, event_count, first_at, last_at (UTC) and
-- account_count of those events; of all other events with the value: other_account_count, other_event_count by
-- accounts that the intrusion did not use, own_event_count by those that it did. Rows of the identity provider name
-- the application that was entered, so they give no client and no app.
WITH wanted AS (
    SELECT 'address' AS slot, ip AS value FROM hostile WHERE ip <> ''
    UNION
    SELECT 'client', client FROM hostile WHERE client <> '' AND NOT starts_with(log, 'okta.')
    UNION
    SELECT 'agent', user_agent FROM hostile WHERE user_agent <> ''
    UNION
    SELECT 'app', app_id FROM hostile WHERE app_id <> '' AND NOT starts_with(log, 'okta.')
    UNION
    SELECT 'session', session FROM hostile WHERE session <> ''
    UNION
    SELECT 'login', login FROM hostile WHERE login <> ''
), hit AS (
    SELECT slot, value, event, actor, actor_name, "at"
    FROM event JOIN (SELECT * FROM wanted WHERE slot = 'address') w ON event.ip = w.value
    UNION ALL
    SELECT slot, value, event, actor, actor_name, "at"
    FROM event JOIN (SELECT * FROM wanted WHERE slot = 'client') w ON event.client = w.value
    WHERE NOT starts_with(log, 'okta.')
    UNION ALL
    SELECT slot, value, event, actor, actor_name, "at"
    FROM event JOIN (SELECT * FROM wanted WHERE slot = 'agent') w ON event.user_agent = w.value
    UNION ALL
    SELECT slot, value, event, actor, actor_name, "at"
    FROM event JOIN (SELECT * FROM wanted WHERE slot = 'app') w ON event.app_id = w.value
    WHERE NOT starts_with(log, 'okta.')
    UNION ALL
    SELECT slot, value, event, actor, actor_name, "at"
    FROM event JOIN (SELECT * FROM wanted WHERE slot = 'session') w ON event.session = w.value
    UNION ALL
    SELECT slot, value, event, actor, actor_name, "at"
    FROM event JOIN (SELECT * FROM wanted WHERE slot = 'login') w ON event.login = w.value
), gathered AS (
    SELECT slot, value, actor, CASE WHEN actor IS NULL THEN lower(actor_name) END AS loose_name,
           bad.event IS NOT NULL AS bad, min("at") AS first_at, max("at") AS last_at, count(*) AS event_count
    FROM hit LEFT JOIN (SELECT event FROM hostile) bad ON bad.event = hit.event
    GROUP BY ALL
), named AS (
    SELECT actor, min(lower(actor_name)) AS name FROM event WHERE actor_name IS NOT NULL AND actor IS NOT NULL GROUP BY actor
), inside AS (
    SELECT DISTINCT coalesce(name, lower(actor_name), hostile.actor) AS account
    FROM hostile LEFT JOIN named ON named.actor = hostile.actor
    WHERE hostile.actor IS NOT NULL OR actor_name IS NOT NULL
), seen AS (
    SELECT gathered.*, coalesce(name, loose_name, gathered.actor) AS account
    FROM gathered LEFT JOIN named ON named.actor = gathered.actor
)
SELECT slot, value, sum(event_count) FILTER (bad) AS event_count, min(first_at) FILTER (bad) AS first_at,
       max(last_at) FILTER (bad) AS last_at, count(DISTINCT account) FILTER (bad) AS account_count,
       count(DISTINCT account) FILTER (NOT bad AND account NOT IN (FROM inside)) AS other_account_count,
       coalesce(sum(event_count) FILTER (NOT bad AND (account IS NULL OR account NOT IN (FROM inside))), 0) AS other_event_count,
       coalesce(sum(event_count) FILTER (NOT bad AND account IN (FROM inside)), 0) AS own_event_count
FROM seen
GROUP BY slot, value
