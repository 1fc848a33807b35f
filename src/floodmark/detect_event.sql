-- detect_event: one row per event that has an actor and a time, without failed and blocked acts.
-- door: what the account came in by. The login where known, else the session; for a row without both that
-- of the row with the same request, else address and client. net: /24 of IPv4, /48 of IPv6. client, agent:
-- names without their version. hour: UTC. customer: the act can read customer data. counted: a COUNT() query.
-- text: hash of the query text. sampled: the query asks for at most 50 rows.
WITH login_of AS (
    SELECT session, min(login) AS login FROM event WHERE session IS NOT NULL AND login IS NOT NULL GROUP BY session
), blocked AS (
    SELECT DISTINCT actor, request_key FROM event
    WHERE outcome = 'blocked' AND request_key IS NOT NULL AND actor IS NOT NULL
), network AS (
    SELECT ip, CASE
        WHEN regexp_full_match(plain, '\d{1,3}(\.\d{1,3}){3}') THEN regexp_replace(plain, '\.\d+$', '.0/24')
        WHEN regexp_full_match(plain, '[0-9a-f]*:[0-9a-f:]+') THEN
            array_to_string([coalesce(nullif(ltrim(string_split(split_part(plain, '::', 1), ':')[i], '0'), ''), '0')
                             FOR i IN [1, 2, 3]], ':') || '::/48'
        END AS net
    FROM (SELECT DISTINCT ip, regexp_replace(lower(trim(ip)), '^::ffff:(\d+\.\d+\.\d+\.\d+)$', '\1') AS plain
          FROM event WHERE ip IS NOT NULL)
), seen AS (
    SELECT event.event, log, event."at" AS done_at, event.actor, event.session,
           coalesce(event.login, login_of.login) AS login, event.ip, network.net,
           coalesce(event.client, '') AS client_name,
           -- 'Browser' stands for any of them.
           CASE WHEN lower(event.client) NOT IN ('', 'browser', 'n/a', 'unknown')
                THEN nullif(lower(trim(regexp_replace(event.client, '/\s*v?[0-9].*$|/\s*$', ''))), '') END AS client,
           event.app_id AS app,
           nullif(lower(trim(regexp_replace(event.user_agent, '[\s/_-]*v?[0-9].*$', ''))), '') AS agent,
           operation, lower(method) AS method, objects, matched_rows, delivered_rows, record_ids[1] AS record,
           event.request_key, job, execution, resource,
           CASE WHEN query IS NOT NULL THEN hash(query) END AS text,
           coalesce(regexp_matches(query, '(?i)^\s*select\s+count\s*\('), false) AS counted,
           coalesce(regexp_matches(query, '(?i)\slimit\s+([1-9]|[1-4][0-9]|50)\s*(offset\s+[0-9]+\s*)?$'), false) AS sampled
    FROM event
    LEFT JOIN login_of ON login_of.session = event.session
    LEFT JOIN network ON network.ip = event.ip
    LEFT JOIN blocked ON blocked.actor = event.actor AND blocked.request_key = event.request_key
    WHERE event.actor IS NOT NULL AND event."at" IS NOT NULL AND blocked.actor IS NULL
      AND coalesce(outcome, 'success') = 'success'
), visited AS (
    SELECT *, CASE WHEN login IS NOT NULL THEN 'login ' || login WHEN session IS NOT NULL THEN 'session ' || session END AS visit
    FROM seen
), twin AS (
    SELECT actor, request_key, min(visit) AS visit FROM visited
    WHERE request_key IS NOT NULL AND visit IS NOT NULL
    GROUP BY actor, request_key HAVING count(DISTINCT visit) = 1
)
SELECT visited.* EXCLUDE (visit, objects, request_key),
       coalesce(visited.visit, twin.visit, 'from ' || coalesce(ip, '') || ' by ' || coalesce(client, '') || ' ' || coalesce(app, '')
                || ' ' || coalesce(agent, '')) AS door,
       date_trunc('hour', done_at) AS hour,
       -- Users, organisation and set-up hold no customers; a read of an unnamed object may.
       (coalesce(len(objects), 0) = 0 OR len(list_filter(objects, lambda x: NOT list_contains($plumbing::VARCHAR[], lower(x)))) > 0)
           AND list_contains($reads::VARCHAR[], operation) AS customer,
       coalesce(list_sort(list_distinct(objects)), []) AS objects
FROM visited LEFT JOIN twin ON visited.visit IS NULL AND twin.actor = visited.actor AND twin.request_key = visited.request_key
