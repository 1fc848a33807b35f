-- sessions: one row per login, good or failed. Times are UTC; kind is the door: ui, rest or soap; until_at null: the
-- session was never logged out of. planned: a scenario's own login; silent: no log has a row of the login.
CREATE TABLE sessions AS
WITH days AS (
    SELECT d, getvariable('starts_at')::TIMESTAMP + to_days(d::INTEGER) AS day_at
    FROM range(-1, 21) AS r(d)
), shifts AS (
    SELECT u.*, d, day_at, u.n * 1000 + d + 1 AS x,
           day_at + to_hours(shift_at) + to_seconds(draw('shift start', u.n * 1000 + d, 1500)) AS done_at
    FROM users AS u, days
    WHERE role IN ('agent', 'manager', 'admin', 'loader')
      -- the local day of a shift that begins at 22:00 UTC is the next one
      AND (isodow(day_at + to_hours(shift_at + 9)) + free_day) % 7 NOT IN (0, 6)
      -- away one day in 25, save for a few who are never ill
      AND (u('away', u.n * 1000 + d) > 0.04 OR u.n % 21 = 4)
), doors AS (
    SELECT x * 10 AS x, n AS user_n, done_at, done_at + to_seconds(30000 + draw('shift length', x, 3000)) AS until_at, ip, 'ui' AS kind,
           'Browser' AS application, NULL AS app_name, NULL AS app_id, NULL AS client, 'Application' AS login_type, browser AS agent, country
    FROM shifts
    UNION ALL
    -- a mistyped password shortly before
    SELECT x * 10 + 1, n, done_at - to_seconds(20), NULL, ip, 'failed', 'Browser', NULL, NULL, NULL, 'Application', browser, country
    FROM shifts WHERE u('mistyped', x) < 0.05
    UNION ALL
    -- some agents have the telephone in the browser, an OAuth application of its own
    SELECT x * 10 + 2, n, done_at + to_seconds(60 + draw('phone login', x, 90)), done_at + to_seconds(29000), ip, 'rest', 'CTI Softphone', 'CTI Softphone',
           getvariable('app_softphone'), 'CTI Softphone', 'Remote Access 2.0', browser, country
    FROM shifts WHERE role = 'agent' AND n % 9 = 3 AND d >= n % 12
    UNION ALL
    -- managers look at their telephone in the evening, from wherever they are
    SELECT x * 10 + 3, n, done_at + to_seconds(36000 + draw('evening', x, 7200)), NULL, '192.0.2.' || (150 + draw('where', x // 4, 100)), 'rest',
           'Salesforce for iOS', 'Salesforce for iOS', getvariable('app_mobile'), 'SalesforceMobile', 'Remote Access 2.0', 'SalesforceMobileSDK/12.1.0 iOS/18.5', country
    FROM shifts WHERE role = 'manager' AND u('mobile login', x) < 0.6
    UNION ALL
    SELECT (n * 1000 + d + 1) * 10 + 4, n, day_at + to_hours(15) + to_minutes(30) + to_seconds(draw('nightly', d, 40)), NULL, ip, 'rest', 'Data Hub', 'Data Hub',
           getvariable('app_hub'), 'DataHub/4.2', 'Remote Access 2.0', 'DataHub/4.2 (java 17)', country
    FROM users, days WHERE role = 'integration'
    UNION ALL
    SELECT (n * 1000 + d + 1) * 10 + 5, n, day_at + to_seconds(30 + draw('daily', d, 40)), day_at + to_seconds(86390), ip, 'rest', 'Telephony', 'Telephony',
           getvariable('app_telephony'), 'Telephony/2.9', 'Remote Access 2.0', 'telephony-connector/2.9', country
    FROM users, days WHERE role = 'telephony'
    UNION ALL
    -- operations load and read data on Tuesdays and Fridays (local), with the tool's own login
    SELECT x * 10 + 6, n, done_at + to_seconds(5400 + draw('loader login', x, 5000)), NULL, ip, 'soap', 'DataLoaderPartnerUI/', NULL,
           NULL, 'DataLoaderPartnerUI/58.0.0', 'Partner Product', 'Jakarta Commons-HttpClient/3.1', country
    FROM shifts WHERE role = 'loader' AND isodow(day_at + to_hours(31)) IN (2, 5)
)
SELECT row_number() OVER (ORDER BY done_at, x)::BIGINT AS n, x, user_n, date_trunc('second', done_at) + to_milliseconds(draw('login ms', x, 1000)) AS done_at,
       until_at, ip, kind, application, app_name, app_id, client, login_type, agent, country, false AS hostile, false AS planned, false AS silent
FROM doors
WHERE done_at >= getvariable('starts_at')::TIMESTAMP AND done_at < getvariable('ends_at')::TIMESTAMP
ORDER BY n;
