-- detect_kept_session: one row per account and door that no login began, though $share of the account's doors up to a day before,
-- at least $doors of them, had begun with one. told_at: a minute after its first event or later, when the next login of anybody
-- shows that the log of logins had gone on. Only rows with the key of a login count: what a row without one belongs to, a
-- later row may tell.
WITH visit AS (
    SELECT actor, 'login ' || login AS door, min(done_at) AS begins_at, max(done_at) AS ends_at, min(done_at) FILTER (operation = 'login') AS login_at
    FROM detect_done JOIN detect_came USING (means) WHERE login IS NOT NULL AND NOT starts_with(log, 'okta.')
    GROUP BY actor, login
), known AS (
    SELECT *, count(*) OVER before AS visits, count(*) FILTER (login_at <= begins_at + INTERVAL 1 MINUTE) OVER before AS begun
    FROM visit
    WINDOW before AS (PARTITION BY actor ORDER BY begins_at RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL 1 DAY PRECEDING)
), next_login AS (
    SELECT DISTINCT login_at AS told_at FROM visit WHERE login_at IS NOT NULL
)
SELECT 'kept-session' AS kind, actor, [door] AS doors, told_at, begins_at, ends_at, visits, begun
FROM known ASOF JOIN next_login ON told_at >= begins_at + INTERVAL 1 MINUTE
WHERE begun >= greatest($doors, $share * visits) AND (login_at IS NULL OR login_at > told_at)
