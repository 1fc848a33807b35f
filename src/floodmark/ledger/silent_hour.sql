-- silent hours: log, hour. An hour without a row of an event log file, in which another event log
-- file has rows, at most two such hours in a run, with $busy rows or more right before and after.
WITH counted AS (
    SELECT log, date_trunc('hour', "at") AS hour, count(*) AS row_count
    FROM part_row
    WHERE starts_with(log, $family) AND reason IS NULL
    GROUP BY ALL
), flanked AS (
    SELECT log, hour, row_count,
           lead(hour) OVER later AS next_hour, lead(row_count) OVER later AS next_count
    FROM counted
    WINDOW later AS (PARTITION BY log ORDER BY hour)
), silent AS (
    SELECT log, unnest(generate_series(hour + INTERVAL 1 HOUR, next_hour - INTERVAL 1 HOUR, INTERVAL 1 HOUR)) AS hour
    FROM flanked
    WHERE next_hour > hour + INTERVAL 1 HOUR AND next_hour <= hour + INTERVAL 3 HOUR
      AND row_count >= $busy AND next_count >= $busy
)
SELECT log, hour FROM silent WHERE hour IN (SELECT hour FROM counted) ORDER BY log, hour
