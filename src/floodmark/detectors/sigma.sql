-- detect_sigma: one row per hit of a rule whose completing event has an account: kind, actor, doors, told_at, begins_at,
-- ends_at; rule, and count, how many events, values or rules the window held when it was told. detect_event leaves out
-- failed and blocked acts and people without an account on the platform. A hit of such an event is a sign too: its
-- account and door are found as there, and who has no account goes by the id that the log gives.
WITH hit AS (
    SELECT hit.*, done.actor AS account, done.door
    FROM detect_sigma_hit AS hit LEFT JOIN detect_event AS done ON done.event = hit.event
), left_out AS (
    SELECT event.event, log, event.actor, actor_name, session, login, ip, client, app_id, user_agent
    FROM event SEMI JOIN (FROM hit WHERE account IS NULL) AS missed ON missed.event = event.event
    WHERE event.actor IS NOT NULL AND event."at" IS NOT NULL
), login_of AS (
    SELECT event.session, min(event.login) AS login
    FROM event SEMI JOIN (FROM left_out WHERE login IS NULL) AS missed ON missed.session = event.session
    WHERE event.login IS NOT NULL GROUP BY event.session
), placed AS (
    SELECT left_out.event, coalesce(detect_name.actor, left_out.actor) AS actor,
           coalesce('login ' || left_out.login, 'login ' || login_of.login, 'session ' || left_out.session,
                    'from ' || coalesce(ip, '') || ' by ' || CASE WHEN starts_with(log, 'okta.') THEN '' ELSE
                        CASE WHEN lower(coalesce(client, '')) NOT IN ('', 'browser', 'n/a', 'unknown')
                             THEN coalesce(lower(trim(regexp_replace(client, '/\s*v?[0-9].*$|/\s*$', ''))), '') ELSE '' END END
                    || ' ' || CASE WHEN starts_with(log, 'okta.') THEN '' ELSE coalesce(app_id, '') END
                    || ' ' || coalesce(lower(trim(regexp_replace(user_agent, '[\s/_-]*v?[0-9].*$', ''))), '')) AS door
    FROM left_out
    LEFT JOIN login_of ON login_of.session = left_out.session
    LEFT JOIN detect_name ON starts_with(log, 'okta.') AND detect_name.name = lower(trim(actor_name))
)
SELECT 'rule-' || hit.rule AS kind, coalesce(hit.account, placed.actor) AS actor, [coalesce(hit.door, placed.door)] AS doors,
       hit."at" AS told_at, hit.begins_at, hit.ends_at, hit.rule, hit.count
FROM hit LEFT JOIN placed ON placed.event = hit.event
WHERE coalesce(hit.account, placed.actor) IS NOT NULL
