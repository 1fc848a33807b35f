-- detect_baseline: one row per account, and one per client or application, as the ledger knows them: what is usual for it.
-- of: account or client. person: an account that has worked in the browser. first_at, last_at: UTC. weeks: calendar weeks
-- with any event. busiest_hour: most customer rows read in one hour; usual_day, distance: median of the rows read on a
-- day on which it read any, and the median distance from it. networks, clients: how many distinct ones; accounts: that used
-- the client. hours: of the day (UTC) with any event, sorted.
WITH daily AS (
    SELECT actor, hour::DATE AS day, sum(rows) AS rows FROM detect_hour GROUP BY ALL
), usual AS (
    SELECT actor, round(median(rows))::BIGINT AS usual_day, round(mad(rows))::BIGINT AS distance FROM daily GROUP BY actor
), busiest AS (
    SELECT actor, max(rows)::BIGINT AS busiest_hour FROM detect_hour GROUP BY actor
), used AS (
    SELECT actor, client, net, hour, begins_at, ends_at FROM detect_stay JOIN detect_means USING (means)
), shown AS (
    SELECT actor, count(DISTINCT client) AS clients FROM used WHERE client IS NOT NULL GROUP BY actor
), present AS (
    SELECT actor, min(begins_at) AS first_at, max(ends_at) AS last_at, count(DISTINCT date_trunc('week', hour)) AS weeks,
           bool_or(ui) AS person, count(DISTINCT net) FILTER (net <> '') AS networks,
           list_sort(list(DISTINCT extract(hour FROM hour)::INTEGER)) AS hours
    FROM detect_presence GROUP BY actor
), client AS (
    SELECT client AS name, min(begins_at) AS first_at, max(ends_at) AS last_at, count(DISTINCT date_trunc('week', hour)) AS weeks,
           count(DISTINCT net) AS networks, count(DISTINCT actor) AS accounts, list_sort(list(DISTINCT extract(hour FROM hour)::INTEGER)) AS hours
    FROM used WHERE client IS NOT NULL GROUP BY client
)
SELECT 'account' AS of, actor AS name, person, first_at, last_at, weeks, busiest_hour, usual_day, distance, networks,
       coalesce(clients, 0) AS clients, NULL::BIGINT AS accounts, hours
FROM present LEFT JOIN usual USING (actor) LEFT JOIN busiest USING (actor) LEFT JOIN shown USING (actor)
UNION ALL
SELECT 'client', name, NULL, first_at, last_at, weeks, NULL, NULL, NULL, networks, NULL, accounts, hours FROM client
ORDER BY of, name
