-- detect_new_account: one row per account that began late, with the door of its first event. begun: how many accounts had begun
-- late by then, this one counted; weeks: account-weeks of people until a day before. points: 2 * log10(1 / rate), $most
-- at most, the rate being begun of those weeks, with $prior_weeks weeks of the stated rate added.
WITH late AS (
    SELECT *, count(*) OVER (ORDER BY first_at RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS begun
    FROM detect_began WHERE late
), so_far AS (
    SELECT DISTINCT begins_at, count(*) OVER (ORDER BY begins_at RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS weeks
    FROM detect_week WHERE ui
), counted AS (
    SELECT late.*, coalesce(weeks, 0) AS weeks
    FROM late ASOF LEFT JOIN so_far ON so_far.begins_at <= late.first_at - INTERVAL 1 DAY
)
SELECT 'account-first' AS kind, actor, [door] AS doors, first_at AS told_at, first_at AS begins_at, first_at AS ends_at, begun, weeks,
       least($most, greatest(0, round(2 * log10((weeks + $prior_weeks) / (begun + $rate * $prior_weeks)) - 0.25)))::INTEGER AS points
FROM counted
