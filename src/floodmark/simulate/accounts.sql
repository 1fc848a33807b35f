-- One row per account of a drawn tenant, with what its sessions show: last client and agent, begin and end of each.
SELECT u.n, u.role, u.username, u.ip, u.country, u.app_name, u.app_id, s.client, coalesce(s.agent, k.browser, ''),
       coalesce(s.shifts, [])
FROM users AS u LEFT JOIN (SELECT n, min(browser) AS browser FROM kits WHERE d = 0 GROUP BY n) AS k USING (n) LEFT JOIN (
    SELECT user_n, max_by(sessions.client, (done_at, x)) AS client, max_by(agent, (done_at, x)) AS agent,
           list([done_at, coalesce(until_at, done_at + INTERVAL 1 HOUR)] ORDER BY done_at, x) AS shifts
    FROM sessions JOIN users ON users.n = user_n
    WHERE kind = 'ui' OR role IN ('integration', 'telephony') GROUP BY user_n) AS s ON s.user_n = u.n
ORDER BY u.n
