-- detect_new_report: one row per account and report that nobody had run before, after $days days of reports by anyone; and
-- one per account and day on which it ran more reports than ever within 60 minutes (many: $runs, and $times times
-- its busiest before) or in the day (day: $day_runs); doors: those that had run one in that time until then.
-- closing: the same in the days around the end of a month ($closing_from to the $closing_to of the next), when books are closed.
WITH run AS (
    SELECT actor, door, done_at, report, coalesce(execution, event) AS act FROM detect_event WHERE operation = 'report' AND report IS NOT NULL
), first_run AS (
    SELECT report, min(done_at) AS first_at FROM run GROUP BY report
), act AS (
    SELECT actor, log, act, min(done_at) AS done_at, arg_min(door, (done_at, door)) AS door
    FROM (SELECT actor, log, door, done_at, coalesce(execution, event) AS act FROM detect_event WHERE operation = 'report') GROUP BY actor, log, act
), rolling AS (
    SELECT *, count(*) OVER (PARTITION BY actor, log ORDER BY done_at RANGE BETWEEN INTERVAL 1 HOUR PRECEDING AND CURRENT ROW) AS runs FROM act
), busiest AS (
    SELECT *, coalesce(max(runs) OVER (PARTITION BY actor, log ORDER BY done_at RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL 1 DAY PRECEDING), 0) AS before
    FROM rolling
), daily AS (
    SELECT actor, log, done_at, done_at::DATE AS day, row_number() OVER (PARTITION BY actor, log, done_at::DATE ORDER BY done_at, act) AS runs FROM act
), busiest_day AS (
    SELECT *, coalesce(max(runs) OVER (PARTITION BY actor, log ORDER BY day RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL 1 DAY PRECEDING), 0) AS before
    FROM daily
), chosen AS (
    SELECT kind, actor, arg_min(log, (done_at, log)) AS log, min(done_at) AS told_at, max(done_at) AS ends_at, max(runs) AS runs, max(before) AS before
    FROM (SELECT 'report-many' AS kind, actor, log, done_at, runs, before FROM busiest WHERE runs >= greatest($runs, $times * before)
          UNION ALL
          SELECT 'report-day', actor, log, done_at, runs, before FROM busiest_day WHERE runs >= greatest($day_runs, $times * before)
          UNION ALL
          SELECT 'report-flood', actor, log, done_at, runs, before FROM busiest_day WHERE runs >= greatest($flood_runs, $flood_times * before))
    GROUP BY kind, actor, done_at::DATE
)
SELECT 'report-new' || CASE WHEN day(min(done_at)) >= $closing_from OR day(min(done_at)) <= $closing_to THEN '-closing' ELSE '' END AS kind, actor, [arg_min(door, (done_at, door))] AS doors, min(done_at) AS told_at, min(done_at) AS begins_at, min(done_at) AS ends_at,
       report AS what, NULL::BIGINT AS runs, NULL::BIGINT AS before
FROM run JOIN first_run USING (report)
WHERE done_at = first_at AND first_at >= (SELECT min(done_at) FROM run) + to_days($days)
GROUP BY actor, report
UNION ALL
SELECT kind || CASE WHEN day(told_at) >= $closing_from OR day(told_at) <= $closing_to THEN '-closing' ELSE '' END,
       chosen.actor, list_sort(list(DISTINCT door)), told_at, told_at, ends_at, '', runs, before
FROM chosen JOIN act ON act.actor = chosen.actor AND act.log = chosen.log
     AND act.done_at BETWEEN CASE kind WHEN 'report-many' THEN told_at - INTERVAL 1 HOUR ELSE told_at::DATE END AND told_at
GROUP BY kind, chosen.actor, told_at, ends_at, runs, before
