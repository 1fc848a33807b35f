-- What the people of a drawn tenant did: views, listings, runs (columns: activity.sql), their part of aura, identity and
-- changes (books.sql). Accounts differ, and so do the days of one account, both with a long tail.
CREATE TABLE views AS
WITH plans AS (
    SELECT s.n AS session, s.user_n, s.done_at, s.x, s.ip, agent, role, epoch_ms(s.until_at) - epoch_ms(s.done_at) AS length_ms,
           least(900, greatest(1, (CASE role WHEN 'agent' THEN getvariable('views') WHEN 'admin' THEN 12 ELSE 8 END * weight * hours / 8.5
                        * exp(0.3 * normal('views', s.x)) * CASE WHEN u('long day', s.x) < 0.02 THEN 2.5 ELSE 1 END * pace(s.done_at))::BIGINT)) AS k
    FROM sessions AS s JOIN users AS u ON u.n = s.user_n WHERE kind = 'ui' AND NOT planned
), opened AS (
    SELECT p.*, i, x * 1000 + i AS y, done_at + to_milliseconds(((i + u('view at', x * 1000 + i)) / k * length_ms)::BIGINT) AS view_at
    FROM plans AS p, unnest(range(p.k)) AS r(i)
), aimed AS (
    SELECT *, CASE WHEN role = 'admin' THEN 'Setup' WHEN u('kind of page', y) < 0.55 THEN 'Case' ELSE 'Contact' END AS object
    FROM opened WHERE view_at < getvariable('ends_at')::TIMESTAMP
)
SELECT row_number() OVER (ORDER BY view_at, y) AS n, session, user_n, ip, agent, view_at AS done_at, object,
       view_at + to_milliseconds(800 + draw('batch', y, 24000)) AS receipt_at,
       CASE object WHEN 'Case' THEN k."Id" WHEN 'Contact' THEN c."Id" END AS record_id, 300 + draw('page time', y, 2400) AS took_ms
FROM aimed
JOIN cases AS k ON k.n = 1 + draw('case seen', y, getvariable('old_cases'))
JOIN contacts AS c ON c.n = 1 + draw('contact seen', y, getvariable('old_contacts'))
ORDER BY n;

CREATE TABLE listings AS
SELECT row_number() OVER (ORDER BY done_at, n) AS n, session, user_n, ip, done_at - to_milliseconds(4000) AS done_at, 20 + draw('list rows', n, 41) AS row_count
FROM views WHERE object = 'Case' AND u('list', n) < getvariable('list_share');

-- Managers run reports, more of them when a month ends; the analyst now and then exports a large one.
CREATE TABLE runs AS
WITH asked AS (
    SELECT s.*, i, s.x * 10 + i AS y, day(s.done_at + INTERVAL 1 DAY) <= 2 AS ending, analyst
    FROM sessions AS s JOIN users AS u ON u.n = s.user_n, range(7) AS r(i)
    WHERE s.kind = 'ui' AND NOT s.planned AND role = 'manager' AND s.done_at + to_seconds(13000) < getvariable('ends_at')::TIMESTAMP
), chosen AS (
    SELECT *, i = 6 AS large FROM asked
    WHERE i < 3 AND u('run', y) < 0.6 OR i BETWEEN 3 AND 5 AND ending AND u('run', y) < 0.7 OR i = 6 AND analyst AND u('large run', y) < 0.12
)
SELECT row_number() OVER (ORDER BY done_at + to_seconds(600 + i * 1500 + draw('run at', y, 1200)), y) AS n, n AS session, user_n, ip, agent,
       done_at + to_seconds(600 + i * 1500 + draw('run at', y, 1200)) AS done_at,
       CASE WHEN large THEN draw('report', y, 3) ELSE draw('report', y, 6) END AS report,
       CASE WHEN large THEN (getvariable('old_contacts') * (0.05 + 0.45 * u('large', y)))::BIGINT ELSE 120 + draw('report rows', y, 700) END AS row_count,
       large OR u('exported', y) < 0.3 AS exported, CASE WHEN large OR draw('report', y, 6) < 3 THEN 'Contact' ELSE 'Case' END AS object,
       NULL::BIGINT AS from_n
FROM chosen ORDER BY n;

-- The framework's own requests: visits of the public site load pages, and some record pages ask for a record.
INSERT INTO aura
SELECT s.done_at + to_milliseconds(i * 6000 + draw('aura at', s.x * 100 + i, 6000)), s.n,
       CASE WHEN i = 0 THEN 'aura://ComponentController/ACTION$getApplication'
            ELSE pick(['serviceComponent://ui.communities.components.aura.components.forceCommunity.navigationMenu.NavigationMenuDataProviderController/ACTION$getNavigationMenu',
                       'aura://ComponentController/ACTION$getComponent', 'serviceComponent://ui.self.service.components.controller.KnowledgeArticleController/ACTION$getArticle',
                       'aura://RecordUiController/ACTION$getObjectInfo', 'aura://HostConfigController/ACTION$getConfigData'], 'aura kind', s.x * 100 + i) END,
       0, 0, s.x * 100 + i
FROM sessions AS s, unnest(range(2 + draw('aura count', s.x, 9))) AS r(i) WHERE s.kind = 'guest' AND NOT s.planned
UNION ALL
SELECT done_at - to_milliseconds(200), session, 'aura://RecordUiController/ACTION$getRecordWithFields', 0, 0, 90000000000 + n
FROM views WHERE object <> 'Setup' AND u('aura view', n) < 0.08;

-- Everybody comes in through the identity provider; the help desk sometimes resets the factors of somebody with a new telephone.
INSERT INTO identity
SELECT s.done_at - to_milliseconds(step * -12000 + 40000), CASE step WHEN 0 THEN 'user.session.start' WHEN 1 THEN 'user.authentication.auth_via_mfa' ELSE 'user.authentication.sso' END,
       s.user_n, NULL, s.ip, s.agent, s.country, CASE s.kind WHEN 'failed' THEN 'FAILURE' ELSE 'SUCCESS' END,
       '{"factor":"OKTA_VERIFY_PUSH","dtHash":"' || md5(s.user_n || ' ' || s.agent) || '"}', false, s.x * 10 + step
FROM sessions AS s, range(3) AS r(step)
WHERE NOT s.planned AND (s.kind = 'ui' OR s.kind = 'failed' AND step = 0);
INSERT INTO identity
WITH desk AS (
    SELECT n, ip, country FROM users WHERE role = 'admin' ORDER BY n LIMIT 1
), lost AS (
    SELECT s.*, desk.n AS desk_n, desk.ip AS desk_ip, desk.country AS desk_country, (SELECT min(browser) FROM kits WHERE kits.n = desk.n AND d = 0) AS desk_agent
    FROM sessions AS s JOIN desk ON desk.n <> s.user_n WHERE s.kind = 'ui' AND NOT s.planned AND u('new telephone', s.x) < 0.003
)
SELECT done_at + to_seconds(1800 + step * (200 + draw('reset gap', x, 1500))), ['user.mfa.factor.reset_all', 'user.mfa.factor.activate', 'user.authentication.auth_via_mfa'][1 + step],
       CASE step WHEN 0 THEN desk_n ELSE user_n END, CASE step WHEN 0 THEN user_n END, CASE step WHEN 0 THEN desk_ip ELSE ip END,
       CASE step WHEN 0 THEN desk_agent ELSE agent END, CASE step WHEN 0 THEN desk_country ELSE country END, 'SUCCESS',
       CASE step WHEN 0 THEN '{}' ELSE '{"factor":"OKTA_VERIFY_PUSH","dtHash":"' || md5('new ' || x) || '"}' END, false, x * 10 + 5 + step
FROM lost, range(3) AS r(step);

INSERT INTO changes
SELECT done_at, user_n, ['PermSetAssign', 'resetpassword', 'changedReport', 'frozeuser', 'insertConnectedApplication'][1 + a],
       ['Manage Users', 'Manage Users', 'Customize', 'Manage Users', 'Connected Apps'][1 + a],
       ['Assigned permission set "Call Agent" to a user', 'Reset password for a user', 'Changed report folder sharing', 'Froze user', 'For connected application Wallboard, inserted'][1 + a],
       false, n
FROM (SELECT *, CASE WHEN u('app inserted', n) < 0.01 THEN 4 ELSE draw('setup act', n, 4) END AS a FROM views WHERE object = 'Setup' AND u('setup', n) < 0.2);

-- A second integration asks every few hours what is new; people look at records on their telephones.
INSERT INTO calls
WITH asked AS (
    SELECT s.n AS session, s.x, i, s.done_at + to_seconds(i * 14400 + draw('campaign at', s.x * 10 + i, 600)) AS done_at, 3 + draw('campaign rows', s.x * 10 + i, 60) AS k
    FROM sessions AS s, range(6) AS r(i) WHERE s.application = 'Campaign Sync' AND NOT s.planned
)
SELECT done_at, session, 'REST', 'GET', '/v58.0/query', 'Contact', 'SELECT Id, Email, LastModifiedDate FROM Contact WHERE SystemModstamp >= ' || strftime(done_at - INTERVAL 4 HOUR, '%Y-%m-%dT%H:00:00Z'),
       'Query', 'REST', k, k, NULL, 3, 120 + k * 90, 200, 3000000000000 + x * 10 + i
FROM asked WHERE done_at < getvariable('ends_at')::TIMESTAMP
UNION ALL
SELECT m.done_at + to_seconds(5 + i * 20), session, 'REST', 'GET', '/v58.0/sobjects/Contact/' || c."Id", 'Contact', NULL, NULL, 'REST', 1, 1, NULL, 22, 1500, 200, 3500000000000 + m.x * 10 + i
FROM (SELECT s.n AS session, s.x, i, s.done_at FROM sessions AS s, range(6) AS r(i)
      WHERE s.application = 'Salesforce for iOS' AND NOT s.planned AND i < draw('mobile records', s.x, 7)) AS m
JOIN contacts AS c ON c.n = 1 + draw('mobile record', m.x * 10 + i, getvariable('old_contacts'))
WHERE m.done_at + to_seconds(5 + i * 20) < getvariable('ends_at')::TIMESTAMP;
