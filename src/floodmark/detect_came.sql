-- detect_came: one row per distinct combination of what the logs say of an event that tells who came and by what: means, its
-- number, and those columns. visit: of detect_twin. Few of them stand behind many events.
SELECT row_number() OVER ()::INTEGER AS means, *
FROM (
    SELECT log, event.actor, actor_name, session, login, ip, client, app_id, user_agent, operation, twin.visit
    FROM event LEFT JOIN detect_twin AS twin ON session IS NULL AND login IS NULL
         AND twin.actor = event.actor AND twin.request_key = event.request_key
    GROUP BY ALL
)
