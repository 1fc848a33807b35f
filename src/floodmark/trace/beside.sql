-- beside: event, "at", account, method, resource, client, kind, new_address, link, refused of rows that tell of
-- the intrusion's accounts and are not counted as the intrusion: the identity provider's log ($before hours before
-- an account's first hostile event, up to $after hours after its last one), and the changes to the set-up that the
-- account made from its first hostile event on. kind: identity or setup. An event about two accounts has two rows.
WITH who AS (
    SELECT DISTINCT actor, account FROM worked WHERE actor IS NOT NULL
), span AS (
    SELECT coalesce(who.account, lower(hostile.actor_name)) AS account,
           min("at") AS first_at, max("at") AS last_at
    FROM hostile LEFT JOIN who ON who.actor = hostile.actor
    GROUP BY ALL
    HAVING account IS NOT NULL
), told AS (
    SELECT event, "at", account, method, resource, client, ip, 'identity' AS kind, first_at, last_at
    FROM event JOIN span ON lower(event.actor_name) = span.account
    WHERE log LIKE 'okta.%'
    UNION
    SELECT event, "at", account, method, resource, client, ip, 'identity', first_at, last_at
    FROM event JOIN span ON lower(event.resource) = span.account
    WHERE log LIKE 'okta.%'
    UNION
    SELECT event, "at", span.account, method, resource, client, ip, 'setup', first_at, last_at
    FROM event JOIN who ON who.actor = event.actor JOIN span ON span.account = who.account
    WHERE operation = 'setup' AND log NOT LIKE 'okta.%' AND "at" >= first_at
)
SELECT event, "at", account, method, resource, client, kind,
       coalesce(ip NOT IN (SELECT value FROM known WHERE kind = 'address'), false) AS new_address,
       'L-' || left(sha256(told.kind || chr(31) || account || chr(31)), 10) AS link,
       list_contains($refused::VARCHAR[], link) AS refused
FROM told ANTI JOIN hostile USING (event)
WHERE "at" BETWEEN first_at - to_hours($before) AND last_at + to_hours($after)
