-- users: one row per account of the tenant. shift_at is the start of the working day in UTC hours; free_day turns the
-- two days off through the week; weight spreads how busy an account is.
CREATE TABLE users AS
WITH roles AS (
    SELECT n, CASE WHEN n <= getvariable('agents') THEN 'agent'
                   ELSE ['manager', 'manager', 'manager', 'manager', 'admin', 'admin', 'loader', 'integration', 'telephony'][n - getvariable('agents')]
              END AS role
    FROM range(1, getvariable('agents') + 10) AS r(n)
), drawn AS (
    SELECT n::INTEGER AS n, role, draw('user given', n, 30) + 1 AS g, draw('user family', n, 30) + 1 AS f
    FROM roles
)
SELECT n, role,
       CASE role WHEN 'integration' THEN 'datahub.integration@callcentre.example'
                 WHEN 'telephony' THEN 'telephony.service@callcentre.example'
                 ELSE getvariable('given_ascii')[g] || '.' || getvariable('family_ascii')[f] || n || '@callcentre.example' END AS username,
       id15('005', n * 7 + draw('user gap', n, 7)) AS id15,
       id18('005', n * 7 + draw('user gap', n, 7)) AS id18,
       -- one in eight agents works from home, each from an address of its own
       CASE WHEN role = 'agent' AND n % 8 = 3 THEN '192.0.2.' || (10 + n % 140)
            WHEN role = 'agent' THEN '203.0.113.' || (10 + n % 4)
            WHEN role IN ('manager', 'admin', 'loader') THEN '198.51.100.' || (20 + n % 3)
            WHEN role = 'integration' THEN '198.51.100.200' ELSE '198.51.100.210' END AS ip,
       CASE WHEN role = 'agent' THEN 'PH' ELSE 'AU' END AS country,
       CASE WHEN role = 'agent' THEN [22, 6, 14][1 + n % 3] ELSE 22 END AS shift_at,
       CASE WHEN role = 'agent' THEN n % 7 ELSE 0 END AS free_day,
       0.5 + u('busy', n) + (CASE WHEN u('busier', n) > 0.9 THEN 0.8 ELSE 0 END) AS weight,
       pick(getvariable('browsers'), 'browser', n) AS browser
FROM drawn;
