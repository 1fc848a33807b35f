-- The statements of carrying.py, each under its name. `given` holds one row per item of the plan, place its number from 0; $first
-- and $x are where the numbers of the plan begin.

-- log_in: logins become sessions
INSERT INTO sessions SELECT $first + place, $x + place, account, act_at, until, address, door,
       coalesce(app, client, 'Browser'), app, CASE WHEN app IS NOT NULL THEN coalesce(app_id, getvariable('app_visitor')) END,
       client, login_type, agent, country, hostile, true, silent
FROM given ORDER BY place

-- reads: queries of a tool, and counts
INSERT INTO reads SELECT number, act_at, session, family, object, query, fields, $page, pause, NULL, hostile, pages
FROM given ORDER BY number

-- read_rows: the records that each of them matches, in the order of their ids
INSERT INTO read_rows
SELECT number, row_number() OVER (PARTITION BY number ORDER BY r.n) - 1 AS pos, r.n, r."Id"
FROM given AS g JOIN (SELECT 'Contact' AS object, n, "Id", created_at FROM contacts UNION ALL SELECT 'Case', n, "Id", created_at FROM cases UNION ALL SELECT 'Account', n, "Id", created_at FROM accounts) AS r ON r.object = g.object AND r.created_at >= g.from_at
     AND r.created_at < g.to_at AND r.created_at < g.act_at
QUALIFY pos < any_value(g.top) OVER (PARTITION BY number)

-- jobs: bulk query jobs
INSERT INTO jobs
SELECT number, act_at, session, 'Contact', query, fields, from_at, to_at,
       (SELECT count(*) FROM contacts AS c WHERE c.created_at >= g.from_at AND c.created_at < g.to_at AND c.created_at < g.act_at),
       10000, removed, hostile
FROM given AS g ORDER BY number

-- calls: calls that hand out nothing
INSERT INTO calls SELECT act_at, session, family, method, resource, entity, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       800 + draw('plain bytes', $first + place, 5000), 200, 5000000000000 + $first + place FROM given

-- gets: contacts fetched singly
INSERT INTO gets SELECT act_at, session, 'Contact', n, "Id", hostile, $first + place
FROM given AS g JOIN contacts AS c ON c.n = 1 + least((g.share * getvariable('old_contacts'))::BIGINT, getvariable('old_contacts') - 1)

-- views: record pages opened in the browser
INSERT INTO views
SELECT $first + place, session, s.user_n, s.ip, s.agent, act_at, g.object,
       act_at + to_milliseconds(800 + draw('batch of a plan', $first + place, 24000)),
       CASE g.object WHEN 'Case' THEN k."Id" ELSE c."Id" END, 300 + draw('page time of a plan', $first + place, 2400)
FROM given AS g JOIN sessions AS s ON s.n = g.session
JOIN cases AS k ON k.n = 1 + least((g.share * getvariable('old_cases'))::BIGINT, getvariable('old_cases') - 1)
JOIN contacts AS c ON c.n = 1 + least((g.share * getvariable('old_contacts'))::BIGINT, getvariable('old_contacts') - 1)

-- runs: reports over a range of contacts
INSERT INTO runs
SELECT $first + place, session, s.user_n, s.ip, s.agent, act_at, report,
       greatest(1, floor(high * getvariable('old_contacts'))::BIGINT - floor(low * getvariable('old_contacts'))::BIGINT),
       exported, 'Contact', least(floor(low * getvariable('old_contacts'))::BIGINT, getvariable('old_contacts') - 1)
FROM given AS g JOIN sessions AS s ON s.n = g.session

-- aura: requests of the page's framework. Bounds are rounded, not cut: of requests that share their bounds each record is in one
INSERT INTO aura SELECT act_at, session, action, round(low * getvariable('old_contacts'))::BIGINT,
       CASE WHEN high > low THEN greatest(1, round(high * getvariable('old_contacts')), round(low * getvariable('old_contacts')))
            ELSE round(low * getvariable('old_contacts')) END::BIGINT, 80000000000 + $first + place
FROM given

-- identity: events of the identity provider, as the plan tells them
INSERT INTO identity
SELECT act_at, event_type, actor, target, address, g.agent, coalesce(g.country, u.country), outcome, detail, hostile, 80000000000 + $first + place
FROM given AS g JOIN users AS u ON u.n = g.actor

-- signed_on: a browser login comes in through the identity provider like any other, unless the plan tells its own story of it
INSERT INTO identity
SELECT s.done_at - to_milliseconds(40000 - step * 12000),
       ['user.session.start', 'user.authentication.auth_via_mfa', 'user.authentication.sso'][1 + step], s.user_n, NULL, s.ip, s.agent, s.country,
       'SUCCESS', '{"factor":"OKTA_VERIFY_PUSH"}', s.hostile, s.x * 10 + step
FROM sessions AS s, range(3) AS r(step)
WHERE s.planned AND s.x >= $x AND s.x < $x + 100000000 AND s.kind = 'ui' AND NOT s.silent AND NOT EXISTS (
    SELECT 1 FROM identity AS i WHERE i.actor_n = s.user_n AND i.done_at BETWEEN s.done_at - INTERVAL 15 MINUTE AND s.done_at
    AND i.x >= 80000000000 AND i.event_type IN ('user.session.start', 'user.authentication.sso'))

-- changes: rows of the setup audit trail
INSERT INTO changes SELECT act_at, account, action, section, display, hostile, $first + place FROM given
