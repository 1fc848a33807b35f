-- hunt_log: one row per log of the ledger: event_count, first_at, last_at (UTC), and slots: the kinds of value by
-- which a published indicator can show in it, of those that any of its rows has.
SELECT log, count(*) AS event_count, min("at") AS first_at, max("at") AS last_at,
       list_filter([CASE WHEN count(ip) > 0 THEN 'address' END,
                    CASE WHEN count(client) > 0 THEN 'client' END,
                    CASE WHEN count(user_agent) > 0 THEN 'agent' END,
                    CASE WHEN count(app_id) > 0 THEN 'app' END,
                    CASE WHEN count(actor_name) > 0 THEN 'account' END,
                    CASE WHEN count(actor) > 0 THEN 'actor' END,
                    CASE WHEN count(session) > 0 OR count(login) > 0 THEN 'session' END,
                    CASE WHEN count(record_ids) > 0 THEN 'record' END,
                    CASE WHEN count(job) > 0 THEN 'job' END], lambda slot: slot IS NOT NULL) AS slots
FROM event
GROUP BY log
