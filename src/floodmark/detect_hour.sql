-- detect_hour: one row per actor and hour with reads. rows: read in that hour; one act stands in several logs,
-- so it is the largest sum over one log. before: the same for the actor's busiest hour that lay a day or more
-- earlier, 0 where there is none.
WITH by_way AS (
    SELECT way, hour, sum(rows)::BIGINT AS rows FROM detect_part GROUP BY way, hour
), by_log AS (
    SELECT actor, hour, log, sum(rows)::BIGINT AS rows FROM by_way JOIN detect_way USING (way) GROUP BY actor, hour, log
), by_hour AS (
    SELECT actor, hour, max(rows) AS rows FROM by_log GROUP BY actor, hour
)
SELECT actor, hour, rows,
       coalesce(max(rows) OVER (PARTITION BY actor ORDER BY hour
                                RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL 1 DAY PRECEDING), 0) AS before
FROM by_hour
