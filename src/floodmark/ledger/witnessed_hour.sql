-- witnessed hours: log, hour, witness. An hour without a row of an event log file in which another log has
-- calls whose like this log also records: on the same days, $share or more of that log's calls of the same
-- kind (of $calls or more) stand in both, told by the request id. Kind: operation, and path or method name.
WITH counted AS (
    SELECT log, date_trunc('hour', "at") AS hour
    FROM part_row WHERE reason IS NULL AND "at" IS NOT NULL GROUP BY ALL
), silent AS (
    SELECT mine.log, hours.hour
    FROM (SELECT log, min(hour) AS first_hour, max(hour) AS last_hour FROM counted
          WHERE starts_with(log, $family) GROUP BY log) mine
    JOIN (SELECT DISTINCT hour FROM counted) hours
      ON date_trunc('day', hours.hour) BETWEEN date_trunc('day', mine.first_hour) AND date_trunc('day', mine.last_hour)
    ANTI JOIN counted ON counted.log = mine.log AND counted.hour = hours.hour
), called AS (
    SELECT DISTINCT log, request_key, date_trunc('hour', "at") AS hour,
           operation || CASE WHEN starts_with(resource, '/') THEN ' /' ELSE '' END AS kind
    FROM part_row
    WHERE reason IS NULL AND request_key IS NOT NULL
      AND date_trunc('day', "at") IN (SELECT date_trunc('day', hour) FROM silent)
), witness AS (
    SELECT silent.log, silent.hour, called.log AS witness, called.kind
    FROM silent JOIN called ON called.hour = silent.hour AND called.log <> silent.log
    GROUP BY ALL
), habit AS (
    SELECT witness, kind, log, count(*) AS call_count, count(*) FILTER (shared) AS shared_count
    FROM (SELECT pair.witness, pair.kind, pair.log, called.request_key,
                 EXISTS (FROM called other WHERE other.log = pair.log AND other.request_key = called.request_key) AS shared
          FROM (SELECT DISTINCT witness, kind, log FROM witness) pair
          JOIN called ON called.log = pair.witness AND called.kind = pair.kind
          WHERE (pair.log, called.hour) NOT IN (SELECT log, hour FROM silent))
    GROUP BY witness, kind, log
)
SELECT witness.log, witness.hour, min(witness.witness) AS witness
FROM witness JOIN habit USING (witness, kind, log)
WHERE habit.call_count >= $calls AND habit.shared_count >= $share * habit.call_count
GROUP BY witness.log, witness.hour
ORDER BY witness.log, witness.hour
