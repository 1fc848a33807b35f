-- detect_means: one row per row of detect_came (means) that has an account, and what follows from it.
-- door: what the account came in by. The login where known, else the session; for a row without both that
-- of the row with the same request, else address and client. net: /24 of IPv4, /48 of IPv6. client, agent:
-- names without their version. browser: which one, and on what system. desk: the network, of work in the browser.
-- ui: work in the browser. takes: an operation that reads, kind: query, bulk, report or records. way: one number per account, door and log;
-- entry: per account and door; spot: per account, door and network; each is that of one of its means.
WITH login_of AS (
    SELECT session, min(login) AS login FROM detect_came WHERE session IS NOT NULL AND login IS NOT NULL GROUP BY session
), network AS (
    SELECT ip, CASE
        WHEN regexp_full_match(plain, '\d{1,3}(\.\d{1,3}){3}') THEN regexp_replace(plain, '\.\d+$', '.0/24')
        WHEN regexp_full_match(plain, '[0-9a-f]*:[0-9a-f:]+') THEN
            array_to_string([coalesce(nullif(ltrim(string_split(split_part(plain, '::', 1), ':')[i], '0'), ''), '0')
                             FOR i IN [1, 2, 3]], ':') || '::/48'
        END AS net
    FROM (SELECT DISTINCT ip, regexp_replace(lower(trim(ip)), '^::ffff:(\d+\.\d+\.\d+\.\d+)$', '\1') AS plain
          FROM detect_came WHERE ip IS NOT NULL)
), named AS (
    -- 'Browser' stands for any of them.
    SELECT name, CASE WHEN lower(name) NOT IN ('', 'browser', 'n/a', 'unknown')
                      THEN nullif(lower(trim(regexp_replace(name, '/\s*v?[0-9].*$|/\s*$', ''))), '') END AS client,
           is_phone(name) AS mobile
    FROM (SELECT DISTINCT client AS name FROM detect_came)
), agent AS (
    SELECT user_agent, nullif(lower(trim(regexp_replace(user_agent, '[\s/_-]*v?[0-9].*$', ''))), '') AS agent,
           is_phone(user_agent) AS mobile, browser(user_agent) AS browser
    FROM (SELECT DISTINCT user_agent FROM detect_came)
), seen AS (
    SELECT means, log, coalesce(detect_name.actor, came.actor) AS actor, came.session,
           coalesce(came.login, login_of.login) AS login, came.ip,
           -- The network of a telephone changes by nature and says nothing.
           CASE WHEN NOT coalesce(named.mobile, false) AND NOT coalesce(agent.mobile, false) THEN network.net END AS net,
           coalesce(came.client, '') AS client_name,
           -- An identity provider names the application that was entered, not the one that came.
           CASE WHEN NOT starts_with(log, 'okta.') THEN named.client END AS client,
           CASE WHEN NOT starts_with(log, 'okta.') THEN came.app_id END AS app,
           agent.agent, agent.browser, operation, came.visit
    FROM detect_came AS came
    LEFT JOIN login_of ON login_of.session = came.session
    LEFT JOIN network ON network.ip = came.ip
    LEFT JOIN named ON named.name = came.client
    LEFT JOIN agent ON agent.user_agent = came.user_agent
    LEFT JOIN detect_name ON starts_with(log, 'okta.') AND detect_name.name = lower(trim(came.actor_name))
    -- Who logs in elsewhere and has no account here is no peer of those who have one.
    WHERE came.actor IS NOT NULL AND (NOT starts_with(log, 'okta.') OR detect_name.actor IS NOT NULL)
), placed AS (
    SELECT * EXCLUDE (visit),
           CASE WHEN operation IN ('page_view', 'list_view', 'report') AND client IS NULL THEN net END AS desk,
           coalesce('login ' || login, 'session ' || session, visit,
                    'from ' || coalesce(ip, '') || ' by ' || coalesce(client, '') || ' ' || coalesce(app, '') || ' ' || coalesce(agent, '')) AS door,
           operation IN ('page_view', 'list_view', 'report', 'report_export') AS ui,
           list_contains($reads::VARCHAR[], operation) AND operation <> 'report_export' AS takes,
           CASE WHEN operation IN ('query', 'query_more', 'search', 'read_unknown') THEN 'query'
                WHEN operation IN ('bulk_job', 'bulk_result') THEN 'bulk'
                WHEN operation IN ('report', 'list_view') THEN 'report' ELSE 'records' END AS kind
    FROM seen
), way_of AS (
    SELECT actor, door, log, min(means) AS way FROM placed GROUP BY actor, door, log
), entry_of AS (
    SELECT actor, door, min(way) AS entry FROM way_of GROUP BY actor, door
), spot_of AS (
    SELECT actor, door, net, min(means) AS spot FROM placed GROUP BY actor, door, net
)
SELECT placed.*, way, entry, spot
FROM placed JOIN way_of USING (actor, door, log)
JOIN entry_of ON entry_of.actor = placed.actor AND entry_of.door = placed.door
JOIN spot_of ON spot_of.actor = placed.actor AND spot_of.door = placed.door AND spot_of.net IS NOT DISTINCT FROM placed.net
