-- act: one row per act, ordered by time. known_rows: rows of pages told apart by their ids; loose_min,
-- loose_max: rows of pages without ids, which may or may not be one page fetched twice.
WITH page AS (
    SELECT act, event, delivered_rows,
           CASE WHEN len(record_ids) > 0 THEN record_ids::VARCHAR END AS content,
           coalesce(delivered_rows, len(record_ids)) AS row_count
    FROM read_event JOIN act_event USING (event)
    WHERE lists AND outcome IS DISTINCT FROM 'blocked'
), known AS (
    SELECT act, sum(row_count) AS known_rows, list(DISTINCT row_count) AS counts
    FROM (SELECT act, content, max(row_count) AS row_count FROM page WHERE content IS NOT NULL GROUP BY act, content)
    GROUP BY act
), loose AS (
    SELECT page.act, sum(row_count) AS loose_max,
           list_sum(list_distinct(list(row_count) FILTER (NOT coalesce(list_contains(counts, row_count), false)))) AS loose_min
    FROM page LEFT JOIN known USING (act)
    WHERE content IS NULL AND row_count > 0
    GROUP BY page.act
), echoed AS (
    -- Event log rows of further pages state the whole or the page: equal numbers above a page are the whole.
    SELECT act, max(page_rows) AS page_rows
    FROM (SELECT act, log, CASE WHEN min(matched_rows) = max(matched_rows) AND min(matched_rows) > 2000 THEN min(matched_rows)
                                ELSE sum(matched_rows) END AS page_rows
          FROM read_event JOIN act_event USING (event)
          WHERE operation IN ('query', 'query_more') AND NOT lists AND matched_rows IS NOT NULL GROUP BY act, log)
    GROUP BY act
), gathered AS (
    SELECT act, min("at") AS "at", max("at") AS last_at,
           list_sort(list(DISTINCT operation)) AS operations,
           list_sort(list(DISTINCT log)) AS logs,
           max_by(query, (strlen(query), query)) AS query,
           coalesce(bool_or(query_cut), false) AS query_cut,
           list_sort(list_distinct(flatten(list(objects) FILTER (objects IS NOT NULL)))) AS objects,
           list_sort(list_distinct(flatten(list(fields) FILTER (fields IS NOT NULL)))) AS fields,
           bool_or(fields IS NOT NULL) AS has_fields,
           max(matched_rows) AS matched_rows,
           bool_and(outcome IS NOT DISTINCT FROM 'blocked') FILTER (lists OR outcome = 'blocked') AS blocked,
           bool_and(coalesce(ids_complete, false)) FILTER (lists AND outcome IS DISTINCT FROM 'blocked') AS complete,
           bool_or(lists) AS lists,
           bool_or(len(record_ids) > 0) AS has_ids,
           list_sort(list(DISTINCT joined_by) FILTER (joined_by IS NOT NULL)) AS joined_by,
           list_sort(list(DISTINCT method) FILTER (method IS NOT NULL)) AS methods,
           coalesce(min("at") FILTER (operation = 'bulk_job' AND lower(method) IN ('jobcomplete', 'complete', 'completed')),
                    max("at") FILTER (operation = 'bulk_job')) AS done_at,
           coalesce(bool_or(replace(lower(method), '_', '') = 'queryall' OR contains(lower(resource), '/queryall')), false) AS deleted,
           min(actor) AS actor, min(session) AS session, min(job) AS job,
           list(event ORDER BY "at", event) AS events
    FROM read_event JOIN act_event USING (event)
    GROUP BY act
)
SELECT gathered.*, page_rows, coalesce(known_rows, 0) AS known_rows, coalesce(loose_min, 0) AS loose_min, coalesce(loose_max, 0) AS loose_max,
       (SELECT count(*) FROM act_id WHERE act_id.act = gathered.act AND top) AS id_count
FROM gathered LEFT JOIN known USING (act) LEFT JOIN loose USING (act) LEFT JOIN echoed USING (act)
ORDER BY "at", act
