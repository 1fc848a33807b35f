-- detect_event: one row per event that has an actor and a time, without failed and blocked acts.
-- door: what the account came in by. The login where known, else the session; for a row without both that
-- of the row with the same request, else address and client. net: /24 of IPv4, /48 of IPv6. client, agent:
-- names without their version. browser: which one, and on what system. desk: the network, of work in the browser. report: its id. action: names
-- of what a page's framework asked for. reading: the act read customer records. counted: a COUNT() query.
-- text: hash of the query text. objects: sorted, for acts that look around only.
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
), named AS (
    -- 'Browser' stands for any of them.
    SELECT name, CASE WHEN lower(name) NOT IN ('', 'browser', 'n/a', 'unknown')
                      THEN nullif(lower(trim(regexp_replace(name, '/\s*v?[0-9].*$|/\s*$', ''))), '') END AS client,
           is_phone(name) AS mobile
    FROM (SELECT DISTINCT client AS name FROM event)
), agent AS (
    SELECT user_agent, nullif(lower(trim(regexp_replace(user_agent, '[\s/_-]*v?[0-9].*$', ''))), '') AS agent,
           is_phone(user_agent) AS mobile, browser(user_agent) AS browser
    FROM (SELECT DISTINCT user_agent FROM event)
), seen AS (
    SELECT event.event, log, event."at" AS done_at, coalesce(detect_name.actor, event.actor) AS actor, event.session,
           coalesce(event.login, login_of.login) AS login, event.ip,
           -- The network of a telephone changes by nature and says nothing.
           CASE WHEN NOT coalesce(named.mobile, false) AND NOT coalesce(agent.mobile, false) THEN network.net END AS net,
           coalesce(event.client, '') AS client_name,
           -- An identity provider names the application that was entered, not the one that came.
           CASE WHEN NOT starts_with(log, 'okta.') THEN named.client END AS client,
           CASE WHEN NOT starts_with(log, 'okta.') THEN event.app_id END AS app,
           agent.agent, agent.browser,
           operation, CASE WHEN job IS NOT NULL THEN lower(method) END AS method, objects, matched_rows, delivered_rows,
           CASE WHEN operation = 'report' THEN resource END AS report,
           CASE WHEN log = 'salesforce.elf.AuraRequest' THEN method END AS action, record_ids[1] AS record, job, execution, twin.visit AS twin_visit,
           CASE WHEN query IS NOT NULL THEN hash(query) END AS text,
           coalesce(regexp_matches(query, '(?i)^\s*select\s+count\s*\('), false) AS counted
    FROM event
    LEFT JOIN login_of ON login_of.session = event.session
    LEFT JOIN network ON network.ip = event.ip
    LEFT JOIN named ON named.name = event.client
    LEFT JOIN agent ON agent.user_agent = event.user_agent
    LEFT JOIN detect_name ON starts_with(log, 'okta.') AND detect_name.name = lower(trim(event.actor_name))
    LEFT JOIN detect_twin AS twin ON event.session IS NULL AND event.login IS NULL
          AND twin.actor = event.actor AND twin.request_key = event.request_key
    LEFT JOIN blocked ON blocked.actor = event.actor AND blocked.request_key = event.request_key
    WHERE event.actor IS NOT NULL AND event."at" IS NOT NULL AND blocked.actor IS NULL
      AND coalesce(outcome, 'success') = 'success'
      -- Who logs in elsewhere and has no account here is no peer of those who have one.
      AND (NOT starts_with(log, 'okta.') OR detect_name.actor IS NOT NULL)
)
SELECT * EXCLUDE (objects, twin_visit),
       CASE WHEN operation IN ('page_view', 'list_view', 'report') AND client IS NULL THEN net END AS desk,
       coalesce('login ' || login, 'session ' || session, twin_visit,
                'from ' || coalesce(ip, '') || ' by ' || coalesce(client, '') || ' ' || coalesce(app, '') || ' ' || coalesce(agent, '')) AS door,
       -- Users, organisation and set-up hold no customers; a read of an unnamed object may.
       list_contains($reads::VARCHAR[], operation) AND CASE coalesce(len(objects), 0)
           WHEN 0 THEN true
           WHEN 1 THEN NOT coalesce(list_contains($plumbing::VARCHAR[], lower(objects[1])), false)
           ELSE len(list_filter(objects, lambda x: NOT list_contains($plumbing::VARCHAR[], lower(x)))) > 0 END
           AND NOT counted AND operation <> 'report_export' AS reading,
       CASE WHEN operation = 'describe' OR counted THEN coalesce(list_sort(list_distinct(objects)), []) END AS objects
FROM seen
