-- detect_left_out: one row per event that completes a rule and that detect_event leaves out: failed and blocked acts, and people
-- without an account on the platform. Account and door are found as there; who has no account goes by the id that the log gives.
WITH missed AS (
    SELECT event.event, event.log, event."at" AS done_at, event.actor, actor_name, session, login, ip, coalesce(client, '') AS client_name,
           client, app_id, user_agent
    FROM event
    SEMI JOIN detect_sigma_hit AS hit ON hit.event = event.event
    ANTI JOIN detect_event AS done ON done.event = event.event
    WHERE event.actor IS NOT NULL AND event."at" IS NOT NULL
), login_of AS (
    SELECT event.session, min(event.login) AS login
    FROM event SEMI JOIN (FROM missed WHERE login IS NULL) AS without ON without.session = event.session
    WHERE event.login IS NOT NULL GROUP BY event.session
)
SELECT missed.event, done_at, coalesce(detect_name.actor, missed.actor) AS actor, missed.session, coalesce(missed.login, login_of.login) AS login,
       client_name, ip,
       coalesce('login ' || missed.login, 'login ' || login_of.login, 'session ' || missed.session,
                'from ' || coalesce(ip, '') || ' by ' || CASE WHEN starts_with(log, 'okta.') THEN '' ELSE
                    CASE WHEN lower(client_name) NOT IN ('', 'browser', 'n/a', 'unknown')
                         THEN coalesce(lower(trim(regexp_replace(client, '/\s*v?[0-9].*$|/\s*$', ''))), '') ELSE '' END END
                || ' ' || CASE WHEN starts_with(log, 'okta.') THEN '' ELSE coalesce(app_id, '') END
                || ' ' || coalesce(lower(trim(regexp_replace(user_agent, '[\s/_-]*v?[0-9].*$', ''))), '')) AS door
FROM missed
LEFT JOIN login_of ON login_of.session = missed.session
LEFT JOIN detect_name ON starts_with(log, 'okta.') AND detect_name.name = lower(trim(actor_name))
