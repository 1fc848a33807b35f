-- sessions of a drawn tenant: one row per login, good or failed, and per visit of the public site (columns: sessions.sql).
CREATE TABLE sessions AS
WITH days AS (
    SELECT d, getvariable('starts_at')::TIMESTAMP + to_days(d::INTEGER) AS day_at
    FROM range(-1, getvariable('days')) AS r(d)
), shifts AS (
    SELECT u.*, d, day_at, u.n * 1000 + d + 1 AS x, day_at + to_hours(shift_at) + to_seconds((600 * normal('shift start', u.n * 1000 + d))::BIGINT) AS done_at,
           CASE WHEN home THEN home_address(u.n, d) ELSE u.ip END AS address, kits.browser
    FROM users AS u JOIN kits USING (n) JOIN days USING (d)
    WHERE role IN ('agent', 'manager', 'admin', 'loader')
      AND (isodow(day_at + to_hours(shift_at + zone::INTEGER)) + free_day - 1) % 7 < 5
      AND u('away', u.n * 1000 + d) > 0.04
      -- one week in nine is a holiday
      AND u('holiday', u.n * 100 + (d + 8) // 7) > 0.1
), machines AS (
    SELECT u.*, d, day_at, u.n * 1000 + d + 1 AS x, u.client || newer AS client_now, u.client || newer || u.client_tail AS agent_now,
           CASE WHEN u('moves', u.n) < 0.15 AND d >= draw('moves on', u.n, getvariable('days')) THEN '203.0.113.' || (230 + u.n % 9) ELSE u.ip END AS address
    FROM users AS u JOIN days ON true
    CROSS JOIN LATERAL (SELECT 2 + (u('updates', u.n) < 0.4 AND d >= draw('updates on', u.n, getvariable('days')))::INTEGER AS newer) AS v
    WHERE u.client IS NOT NULL
), doors AS (
    SELECT x * 10 AS x, n AS user_n, done_at, done_at + to_seconds((hours * 3600)::BIGINT - 900 + draw('shift length', x, 3000)) AS until_at, address AS ip, 'ui' AS kind,
           'Browser' AS application, NULL AS app_name, NULL AS app_id, NULL AS client, 'Application' AS login_type, browser AS agent, country
    FROM shifts
    UNION ALL
    SELECT x * 10 + 1, n, done_at - to_seconds(20 + draw('mistyped at', x, 40)), NULL, address, 'failed', 'Browser', NULL, NULL, NULL, 'Application', browser, country
    FROM shifts WHERE u('mistyped', x) < 0.05
    UNION ALL
    SELECT x * 10 + 2, n, done_at + to_seconds(60 + draw('phone login', x, 90)), done_at + to_seconds((hours * 3500)::BIGINT), address, 'rest', 'CTI Softphone', 'CTI Softphone',
           getvariable('app_softphone'), 'CTI Softphone', 'Remote Access 2.0', browser, country
    FROM shifts WHERE role = 'agent' AND u('softphone', n) < getvariable('softphone_share')
    UNION ALL
    -- a look at the telephone in the evening, from wherever they are
    SELECT x * 10 + 3, n, done_at + to_seconds(36000 + draw('evening', x, 7200)), NULL,
           '100.' || (100 + n % 20) || '.' || draw('cell', x // 3, 250) || '.' || (10 + draw('where', x, 230)), 'rest',
           'Salesforce for iOS', 'Salesforce for iOS', getvariable('app_mobile'), 'SalesforceMobile', 'Remote Access 2.0', 'SalesforceMobileSDK/12.1.0 iOS/18.5', country
    FROM shifts WHERE (role IN ('manager', 'admin') OR role = 'agent' AND u('has mobile', n) < 0.1) AND u('mobile login', x) < 0.5
    UNION ALL
    SELECT x * 10 + 4, n, day_at + to_seconds(getvariable('night_s') + draw('nightly', d, 40)), NULL, address, 'rest', app_name, app_name, app_id, client_now, 'Remote Access 2.0', agent_now, country
    FROM machines WHERE app_name = 'Data Hub'
    UNION ALL
    SELECT x * 10 + 5, n, day_at + to_seconds(30 + draw('daily', d, 40)), day_at + to_seconds(86390), address, 'rest', app_name, app_name, app_id, client_now, 'Remote Access 2.0', agent_now, country
    FROM machines WHERE app_name <> 'Data Hub'
    UNION ALL
    SELECT x * 10 + 6, n, done_at + to_seconds(5400 + draw('loader login', x, 5000)), NULL, address, 'soap', 'DataLoaderPartnerUI/', NULL,
           NULL, 'DataLoaderPartnerUI/58.0.0', 'Partner Product', 'Jakarta Commons-HttpClient/3.1', country
    FROM shifts WHERE role = 'loader' AND isodow(day_at + to_hours(shift_at + zone::INTEGER)) IN (2, 5)
    UNION ALL
    -- visitors of the public site: more by day than by night
    SELECT 500000000 + d * 10000 + i, getvariable('guest_n'), day_at + to_seconds((86400 * (0.15 + 0.7 * (u('visit', d * 10000 + i) + u('visit 2', d * 10000 + i)) / 2 + 0.3 * (u('visit 3', d * 10000 + i) - 0.5)))::BIGINT),
           NULL, '198.' || (18 + draw('visitor a', d * 10000 + i, 2)) || '.' || draw('visitor b', d * 10000 + i, 256) || '.' || (1 + draw('visitor c', d * 10000 + i, 254)),
           'guest', 'Browser', NULL, NULL, NULL, 'Application', CASE WHEN u('phone visit', d * 10000 + i) < 0.5
               THEN 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1'
               ELSE pick(getvariable('browsers'), 'visitor browser', d * 10000 + i) END, NULL
    FROM days, unnest(range((getvariable('visits') * (0.7 + 0.6 * u('visits', d)))::BIGINT)) AS r(i)
)
SELECT row_number() OVER (ORDER BY done_at, x)::BIGINT AS n, x::BIGINT AS x, user_n::INTEGER AS user_n, date_trunc('second', done_at) + to_milliseconds(draw('login ms', x, 1000)) AS done_at,
       until_at, ip, kind, application, app_name, app_id, client, login_type, agent, country, false AS hostile, false AS planned, kind = 'guest' AS silent
FROM doors
WHERE done_at >= getvariable('starts_at')::TIMESTAMP AND done_at < getvariable('ends_at')::TIMESTAMP
ORDER BY n;
SET VARIABLE old_contacts = (SELECT count(*) FROM contacts WHERE created_at < getvariable('starts_at')::TIMESTAMP);
SET VARIABLE old_cases = (SELECT count(*) FROM cases WHERE created_at < getvariable('starts_at')::TIMESTAMP);
