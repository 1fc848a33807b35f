-- users: one row per account of a drawn tenant. zone: hours ahead of UTC; shift_at: start of the working day in UTC hours;
-- hours: its length; free_day turns the two days off through the week; weight spreads how busy an account is. agent_1: the
-- usual browser up to its version; agent_2: the rest of it. home: it works from a line of a provider.
CREATE MACRO normal(salt, a) AS
    sqrt(-2 * ln(greatest(u(salt || ' 1', a), 1e-6))) * cos(2 * pi() * u(salt || ' 2', a));
-- The address of a line at home on a day: the provider gives another one every few days or weeks.
CREATE MACRO line(n, d) AS n * 1000 + (d + draw('line', n, 20)) // (3 + draw('line days', n, 18));
CREATE MACRO home_address(n, d) AS
    '100.' || (64 + draw('isp', n, 36)) || '.' || draw('isp net', line(n, d), 250) || '.' || (10 + draw('isp host', line(n, d), 230));
CREATE TABLE browser_kinds AS
SELECT * FROM (VALUES
    (0, 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/', '.0.0.0 Safari/537.36', 135),
    (1, 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Edg/', '.0.0.0 Safari/537.36', 134),
    (2, 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/', '.0', 137),
    (3, 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.', ' Safari/605.1.15', 4)
) AS b(kind, head, tail, version);

CREATE TABLE users AS
WITH roles AS (
    SELECT unnest(getvariable('roles')) AS role, generate_subscripts(getvariable('roles'), 1) AS n
), placed AS (
    SELECT n, role, draw('user given', n, 30) + 1 AS g, draw('user family', n, 30) + 1 AS f,
           CASE WHEN role = 'agent' THEN 1 + (sqrt(u('site', n)) * 0.999999 * len(getvariable('site_zones')))::INTEGER % len(getvariable('site_zones')) ELSE 1 END AS site
    FROM roles
), drawn AS (
    SELECT *, getvariable('site_zones')[site] AS zone, role IN ('agent', 'manager') AND u('home', n) < getvariable('home_share') AS home,
           -- most begin in the morning of their place, others in the afternoon or at night
           (CASE WHEN role <> 'agent' OR u('shift', n) < getvariable('day_share') THEN 7 + draw('begin', n, 3)
                 WHEN u('shift', n) < getvariable('day_share') + 0.25 THEN 13 + draw('begin', n, 3) ELSE 21 + draw('begin', n, 2) END) AS begins,
           CASE WHEN role = 'agent' AND u('part time', n) < 0.15 THEN 4.5 ELSE 8.5 END AS hours
    FROM placed
)
SELECT n::INTEGER AS n, role,
       CASE role WHEN 'integration' THEN CASE WHEN n = getvariable('campaign_n') THEN 'campaign.sync' ELSE 'datahub.integration' END || '@callcentre.example'
                 WHEN 'telephony' THEN 'telephony.service@callcentre.example' WHEN 'guest' THEN 'support.site@callcentre.example'
                 ELSE getvariable('given_ascii')[g] || '.' || getvariable('family_ascii')[f] || n || '@callcentre.example' END AS username,
       id15('005', n * 7 + draw('user gap', n, 7)) AS id15, id18('005', n * 7 + draw('user gap', n, 7)) AS id18,
       CASE WHEN home THEN home_address(n, 21)
            WHEN role = 'agent' THEN '203.0.113.' || (10 + site * 40 + n % 4)
            WHEN role IN ('manager', 'admin', 'loader') THEN '198.51.100.' || (20 + n % 3)
            WHEN role = 'integration' THEN '198.51.100.' || (200 + n % 7) WHEN role = 'guest' THEN '203.0.113.1' ELSE '198.51.100.210' END AS ip,
       CASE WHEN role IN ('integration', 'telephony', 'guest') THEN getvariable('site_countries')[1] ELSE getvariable('site_countries')[site] END AS country,
       site, zone, ((begins - zone) % 24 + 24)::INTEGER % 24 AS shift_at, begins, hours, home,
       CASE WHEN role = 'agent' AND u('weekend', n) < getvariable('weekend_share') THEN 1 + draw('free day', n, 6) ELSE 0 END AS free_day,
       least(4, greatest(0.25, exp(getvariable('spread') * normal('busy', n)))) AS weight,
       draw('browser', n, 10) AS browser_draw,
       CASE WHEN n = getvariable('hub_n') THEN 'Data Hub' WHEN n = getvariable('campaign_n') THEN 'Campaign Sync' WHEN role = 'telephony' THEN 'Telephony' END AS app_name,
       CASE WHEN n = getvariable('hub_n') THEN getvariable('app_hub') WHEN n = getvariable('campaign_n') THEN id15('0H4', 16)
            WHEN role = 'telephony' THEN getvariable('app_telephony') END AS app_id,
       CASE WHEN n = getvariable('hub_n') THEN 'DataHub/4.' WHEN n = getvariable('campaign_n') THEN 'CampaignSync/7.' WHEN role = 'telephony' THEN 'Telephony/2.' END AS client,
       CASE WHEN n = getvariable('hub_n') THEN ' (java 17)' WHEN n = getvariable('campaign_n') THEN ' (node 22)' WHEN role = 'telephony' THEN ' connector' END AS client_tail,
       role = 'manager' AND n = getvariable('analyst_n') AS analyst
FROM drawn;
-- The browser of an account on a day: a new version some days after its release, now and then another machine.
CREATE TABLE kits AS
WITH machines AS (
    SELECT n, d, CASE WHEN u('new laptop', n) < 0.1 AND d >= draw('laptop day', n, getvariable('days')) THEN (browser_draw + 3) % 10 ELSE browser_draw END AS drawn,
           (d >= getvariable('release') + draw('lag', n, 7))::INTEGER + (d >= getvariable('release') + 28 + draw('lag', n, 7))::INTEGER AS newer
    FROM users, range(-1, getvariable('days')) AS r(d)
)
SELECT n, d, head || (version + newer) || tail AS browser
FROM machines JOIN browser_kinds ON kind = CASE WHEN drawn < 5 THEN 0 WHEN drawn < 8 THEN 1 WHEN drawn < 9 THEN 2 ELSE 3 END;
