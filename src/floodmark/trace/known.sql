-- known: kind, value, other_count of each address, tool and app that honest work used before the intrusion began,
-- and of each account with a tool of its own (own tool): by an account that no finding names, before $begin, or by
-- any account before $long_before. other_count: accounts that used it so. A value of two parts has a control
-- character between them. Between the two times an account's work from an address that nobody had used before them,
-- with a client that it had not used (strange), is no honest work: who takes several accounts comes with his own tool to each.
WITH named AS (
    SELECT DISTINCT account FROM worked WHERE part IN ('own', 'refused')
), recent AS (
    SELECT DISTINCT account, ip, tool FROM worked
    WHERE first_at >= $long_before AND first_at < $begin AND NOT identity AND account <> '' AND NOT is_phone(tool)
      AND lower(tool) NOT IN ('', 'browser', 'n/a', 'unknown')
), strange AS (
    SELECT DISTINCT account, ip FROM recent
    ANTI JOIN (SELECT account, tool FROM worked WHERE first_at < $long_before AND NOT identity) USING (account, tool)
    ANTI JOIN (SELECT ip FROM worked WHERE first_at < $long_before) USING (ip)
), before AS (
    SELECT account, ip, CASE WHEN NOT identity THEN tool END AS tool, CASE WHEN NOT identity THEN app_id END AS app_id
    FROM worked
    WHERE first_at < $long_before
       OR first_at < $begin AND account NOT IN (SELECT account FROM named)
          AND NOT coalesce((account, ip) IN (SELECT (account, ip) FROM strange), false)
), used AS (
    SELECT 'address' AS kind, ip AS value, account FROM before WHERE ip IS NOT NULL
    UNION ALL
    SELECT 'tool', tool, account FROM before WHERE tool IS NOT NULL
    UNION ALL
    SELECT 'app', app_id, account FROM before WHERE app_id IS NOT NULL
    UNION ALL
    -- 'Browser' stands for any of them, and rows without an account for anybody.
    SELECT 'own tool', account || chr(31) || tool, account FROM before
    WHERE ip IS NOT NULL AND account <> '' AND lower(tool) NOT IN ('', 'browser', 'n/a', 'unknown')
)
SELECT kind, value, count(DISTINCT account) AS other_count FROM used GROUP BY kind, value
