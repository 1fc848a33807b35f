-- detect_past: one row per account and day with events. days: earlier days with events; mean and standard deviation
-- of rows in an hour, and of distinct records on a day, over those days; 0 where there are none.
WITH by_hour AS (
    SELECT actor, day, rows::DOUBLE AS rows FROM detect_moment WHERE closing
), by_day AS (
    SELECT actor, day, count(*) AS hours, sum(rows) AS s, sum(rows * rows) AS ss FROM by_hour GROUP BY actor, day
), record_day AS (
    SELECT actor, day, max(records_day)::DOUBLE AS records FROM detect_moment GROUP BY actor, day
), own AS (
    SELECT actor, day, count(*) OVER past AS days, sum(hours) OVER past AS n, sum(s) OVER past AS s, sum(ss) OVER past AS ss,
           avg(records) OVER past AS record_mean, stddev_pop(records) OVER past AS record_sd
    FROM by_day JOIN record_day USING (actor, day)
    WINDOW past AS (PARTITION BY actor ORDER BY day RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL 1 DAY PRECEDING)
)
SELECT actor, day, days, coalesce(s / nullif(n, 0), 0) AS row_mean,
       sqrt(greatest(coalesce(ss / nullif(n, 0) - (s / nullif(n, 0)) ** 2, 0), 0)) AS row_sd,
       coalesce(record_mean, 0) AS record_mean, coalesce(record_sd, 0) AS record_sd
FROM own
