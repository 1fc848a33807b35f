-- worked: one row per account, address, session, tool and app, with what of it is hostile already. first_at,
-- last_at: UTC; event_count. account: the user name folded in case, else the user id, else empty. tool: the
-- client's name, else a user agent that is no browser's. own: named by finding or selector; joined: joined to
-- it; refused: refused by a person; rest: none of these. identity: a log of the identity provider.
WITH mark AS (
    SELECT event, CASE WHEN refused THEN 'refused' ELSE 'own' END AS part FROM selected
    UNION ALL
    SELECT DISTINCT event, 'joined' FROM joined WHERE NOT refused
), gathered AS (
    SELECT actor, CASE WHEN actor IS NULL THEN lower(actor_name) END AS loose_name, ip, session,
           coalesce(client, CASE WHEN user_agent NOT LIKE 'Mozilla/%' THEN user_agent END) AS tool, app_id,
           log LIKE 'okta.%' AS identity, coalesce(mark.part, 'rest') AS part, min(lower(actor_name)) AS name,
           min("at") AS first_at, max("at") AS last_at, count(*) AS event_count
    FROM event LEFT JOIN mark ON mark.event = event.event
    GROUP BY ALL
)
SELECT coalesce(min(name) OVER (PARTITION BY actor, loose_name), actor, '') AS account, * EXCLUDE (name)
FROM gathered
