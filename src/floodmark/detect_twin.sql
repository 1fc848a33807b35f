-- detect_twin: one row per account and request of rows without session and login, where other rows of the same
-- request all came in by one door; visit: that door.
WITH login_of AS (
    SELECT session, min(login) AS login FROM event WHERE session IS NOT NULL AND login IS NOT NULL GROUP BY session
), loose AS (
    SELECT actor, request_key FROM event
    WHERE session IS NULL AND login IS NULL AND actor IS NOT NULL AND request_key IS NOT NULL
      AND "at" IS NOT NULL AND coalesce(outcome, 'success') = 'success'
), placed AS (
    SELECT event.actor, event.request_key,
           coalesce('login ' || event.login, 'login ' || login_of.login, 'session ' || event.session) AS visit
    FROM event LEFT JOIN login_of ON login_of.session = event.session
    WHERE (event.session IS NOT NULL OR event.login IS NOT NULL) AND event.actor IS NOT NULL
      AND event.request_key IS NOT NULL AND event."at" IS NOT NULL AND coalesce(event.outcome, 'success') = 'success'
)
SELECT actor, request_key, min(visit) AS visit
FROM placed SEMI JOIN loose USING (actor, request_key)
GROUP BY actor, request_key HAVING min(visit) = max(visit)
