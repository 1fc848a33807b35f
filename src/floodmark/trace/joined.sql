-- joined: event, joined_by, value, account, link, refused of rows without session and login that belong to
-- hostile events: the same bulk job, the same execution, or the same user and address within $slack minutes of
-- a session's rows. An event that two links bring has two rows.
WITH hostile_event AS (
    SELECT event FROM selected WHERE NOT refused UNION SELECT event FROM widened WHERE followed
), chosen AS (
    SELECT actor, ip, session, login, job, execution, "at" FROM event SEMI JOIN hostile_event USING (event)
), span AS (
    SELECT actor, ip, min("at") - to_minutes($slack) AS first_at, max("at") + to_minutes($slack) AS last_at
    FROM chosen
    WHERE actor IS NOT NULL AND ip IS NOT NULL
    GROUP BY actor, ip, coalesce(session, ''), coalesce(login, '')
), near AS (
    -- Whole logs carry no session: only what can match may be held.
    SELECT event, actor, ip, "at", job, execution, session IS NULL AND login IS NULL AS loose
    FROM event
    WHERE (session IS NULL AND login IS NULL OR job IS NOT NULL)
      AND ($begin::TIMESTAMP IS NULL OR "at" >= $begin::TIMESTAMP)
      AND ($end::TIMESTAMP IS NULL OR "at" <= $end::TIMESTAMP)
      AND (job IN (SELECT job FROM chosen WHERE job IS NOT NULL)
           OR execution IN (SELECT execution FROM chosen WHERE execution IS NOT NULL)
           OR actor IN (SELECT actor FROM span)
              AND "at" BETWEEN (SELECT min(first_at) FROM span) AND (SELECT max(last_at) FROM span))
), sessionless AS (
    SELECT near.* FROM near ANTI JOIN hostile_event USING (event) ANTI JOIN (SELECT event FROM selected) named USING (event)
), brought AS (
    SELECT event, 'bulk job' AS joined_by, job AS value, '' AS account
    FROM sessionless WHERE job IN (SELECT job FROM chosen WHERE job IS NOT NULL)
    UNION ALL
    SELECT event, 'execution', execution, ''
    FROM sessionless WHERE execution IN (SELECT execution FROM chosen WHERE execution IS NOT NULL)
    UNION ALL
    SELECT DISTINCT sessionless.event, 'user, address and time', sessionless.ip, sessionless.actor
    FROM sessionless JOIN span
      ON sessionless.actor = span.actor AND sessionless.ip = span.ip
     AND sessionless."at" BETWEEN span.first_at AND span.last_at
    WHERE loose
)
SELECT *, 'L-' || left(sha256(joined_by || chr(31) || value || chr(31) || account), 10) AS link,
       list_contains($refused::VARCHAR[], link) AS refused
FROM brought
