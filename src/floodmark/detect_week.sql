-- detect_week: one row per account and week (from Monday, UTC) with any event. ui: whether the account had worked in the
-- browser before that week, so that it is a person's, else a machine's; in its first week it counts as a person's. first_at:
-- the account's first event. peers: weeks of accounts of its kind that had begun a day or more before this one.
WITH hourly AS (
    SELECT actor, hour, min(begins_at) AS begins_at, bool_or(ui) AS ui FROM detect_presence GROUP BY actor, hour
), weekly AS (
    SELECT actor, date_trunc('week', hour) AS week, min(begins_at) AS begins_at, bool_or(ui) AS ui FROM hourly GROUP BY actor, week
), known AS (
    SELECT actor, week, begins_at, coalesce(bool_or(ui) OVER before, true) AS ui, min(begins_at) OVER (PARTITION BY actor) AS first_at
    FROM weekly
    WINDOW before AS (PARTITION BY actor ORDER BY week ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
SELECT actor, week, ui, begins_at, first_at,
       count(*) OVER (PARTITION BY ui ORDER BY begins_at RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL 1 DAY PRECEDING) AS peers
FROM known
