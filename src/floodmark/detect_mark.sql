-- detect_mark: one row per actor, kind (client, app, agent, browser, net, ip, desk) and mark that is new for the actor: first
-- seen $days or more after the actor's first event and after such marks could first be seen. That is the first event
-- of the log's family, since a log without events has no file; but where three or more accounts appear within a day
-- of a log's own first event, the log was collected from there on. Any log shows an address.
-- others: accounts that showed the mark a week or more before; before: at any time before. told_at: when a log with enough
-- history showed it. A client, application or user agent that no account showed before is new for an account in its first
-- days as well: it is compared with what anybody did. Times UTC.
WITH used AS (
    SELECT means, min(begins_at) AS done_at FROM detect_stay GROUP BY means
), means AS (
    SELECT actor, log, client, app, agent, browser, net, ip, desk, min(done_at) AS done_at FROM used JOIN detect_means USING (means) GROUP BY ALL
), shown AS (
    SELECT actor, log, done_at, unnest(['client', 'app', 'agent', 'browser', 'net', 'ip', 'desk']) AS kind,
           unnest([client, app, agent, browser, net, ip, desk]) AS mark
    FROM means
), first_in_log AS (
    SELECT actor, kind, mark, log, min(done_at) AS first_at FROM shown WHERE mark IS NOT NULL GROUP BY actor, kind, mark, log
), first_of_log AS (
    SELECT kind, log, min(first_at) AS log_at FROM first_in_log GROUP BY kind, log
), opening AS (
    SELECT kind, log, log_at, count(DISTINCT actor) AS actors
    FROM first_of_log JOIN first_in_log USING (kind, log)
    WHERE first_at <= log_at + INTERVAL 1 DAY
    GROUP BY kind, log, log_at
), family AS (
    SELECT regexp_extract(log, '^[^.]*\.[^.]*') AS family, min(done_at) AS family_at FROM means GROUP BY family
), log_start AS (
    SELECT kind, log, CASE WHEN kind IN ('net', 'ip') THEN (SELECT min(done_at) FROM means WHERE ip IS NOT NULL)
                           WHEN actors >= 3 THEN log_at ELSE family_at END AS known_at
    FROM opening JOIN family ON family.family = regexp_extract(log, '^[^.]*\.[^.]*')
), actor_start AS (
    SELECT actor, min(done_at) AS actor_at FROM means GROUP BY actor
), placed AS (
    -- Of the logs that show a mark within a day of its first time, the one with most history decides.
    SELECT first_in_log.*, greatest(known_at, actor_at) AS known_from, known_at,
           min(first_at) OVER (PARTITION BY actor, kind, mark) AS earliest_at
    FROM first_in_log JOIN log_start USING (kind, log) JOIN actor_start USING (actor)
), dated AS (
    SELECT actor, kind, mark, earliest_at AS first_at, min(known_from) AS known_from, min(known_at) AS known_at,
           min(first_at) FILTER (earliest_at - known_from >= to_days($days)) AS told_at,
           min(first_at) FILTER (earliest_at - known_at >= to_days($days)) AS rare_at
    FROM placed WHERE first_at <= earliest_at + INTERVAL 1 DAY GROUP BY actor, kind, mark, earliest_at
), first_seen AS (
    SELECT *, count(*) OVER (PARTITION BY kind, mark ORDER BY first_at
                             RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL 7 DAY PRECEDING) AS others,
           rank() OVER (PARTITION BY kind, mark ORDER BY first_at) - 1 AS before FROM dated
)
SELECT actor, kind, mark, first_at, coalesce(told_at, rare_at) AS told_at, others, before
FROM first_seen
WHERE first_at - known_from >= to_days($days)
   OR kind IN ('client', 'app', 'agent') AND before = 0 AND first_at - known_at >= to_days($days)
