-- spread: what is hostile so far, as kind and value: account, address, tool, app at an address, session.
-- Own and joined rows count, and the rows that followed links brought in earlier rounds.
WITH hostile_work AS (
    SELECT account, ip, CASE WHEN NOT identity THEN tool END AS tool, CASE WHEN NOT identity THEN app_id END AS app_id
    FROM worked
    WHERE part IN ('own', 'joined')
    UNION ALL
    SELECT account, ip, tool, app_id FROM reached WHERE followed
)
SELECT DISTINCT kind, value FROM (
    SELECT 'account' AS kind, account AS value FROM hostile_work
    UNION ALL
    SELECT 'address', ip FROM hostile_work
    UNION ALL
    SELECT 'tool', tool FROM hostile_work
    UNION ALL
    SELECT 'app', app_id || chr(31) || ip FROM hostile_work
    UNION ALL
    SELECT 'session', session FROM reached WHERE followed
)
WHERE value IS NOT NULL
