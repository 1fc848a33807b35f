-- detect_extent: one row per finding: times UTC, the distinct values of its events, sorted; events: the first
-- $limit event ids, sorted; event_count: all of them.
SELECT finding, min(done_at) AS begins_at, max(done_at) AS ends_at, count(*) AS event_count,
       coalesce(list_sort(list(DISTINCT session) FILTER (session IS NOT NULL)), []) AS sessions,
       coalesce(list_sort(list(DISTINCT login) FILTER (login IS NOT NULL)), []) AS logins,
       coalesce(list_sort(list(DISTINCT client_name) FILTER (client_name <> '')), []) AS clients,
       coalesce(list_sort(list(DISTINCT ip) FILTER (ip IS NOT NULL)), []) AS addresses,
       list_sort(list(event))[1:$limit] AS events
FROM detect_hostile JOIN (
    SELECT event, done_at, session, login, client_name, ip FROM detect_event
    UNION ALL SELECT event, done_at, session, login, client_name, ip FROM detect_left_out
) USING (event)
GROUP BY finding
