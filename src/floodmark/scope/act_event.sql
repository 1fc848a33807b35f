-- act_event: event, act. An act is one reading seen in one log or more; its name is made of content only.
WITH page AS (
    -- A query and the pages that follow it: same session, text and total; each new start is a new act.
    SELECT event, actor, session, request_key, operation, objects, matched_rows, delivered_rows, "at",
           first_value(event) OVER (PARTITION BY actor, session, login, query, matched_rows, run ORDER BY "at", event) AS act,
           row_number() OVER (PARTITION BY actor, request_key, operation ORDER BY "at", event) AS nth
    FROM (SELECT *, sum((operation = 'query')::INTEGER) OVER (
                     PARTITION BY actor, session, login, query, matched_rows
                     ORDER BY "at", (operation <> 'query')::INTEGER, event ROWS UNBOUNDED PRECEDING) AS run
          FROM read_event
          WHERE operation IN ('query', 'query_more') AND lists)
), echo AS (
    SELECT event, log, actor, session, request_key, operation, objects, matched_rows, cursor,
           row_number() OVER (PARTITION BY log, actor, request_key, operation ORDER BY "at", event) AS nth
    FROM read_event
    WHERE operation IN ('query', 'query_more') AND NOT lists
), heard AS (
    -- The same call in an event log file: same request id, user, session and count, one row each.
    -- A client can choose the request id, so it never joins two calls that differ in these.
    SELECT echo.event, min(page.act) AS act
    FROM echo JOIN page
      ON echo.request_key = page.request_key AND echo.actor = page.actor AND echo.operation = page.operation
     AND echo.nth = page.nth
     AND (echo.session IS NULL OR page.session IS NULL OR echo.session = page.session)
     AND (echo.matched_rows IS NULL OR page.matched_rows IS NULL
          OR echo.matched_rows IN (page.matched_rows, page.delivered_rows))
     AND (echo.objects IS NULL OR page.objects IS NULL
          OR list_has_any([lower(each) for each in echo.objects], [lower(each) for each in page.objects]))
    GROUP BY echo.event
), alone AS (
    SELECT event,
           min(event) OVER (PARTITION BY actor, CASE WHEN cursor IS NOT NULL THEN 'cursor ' || cursor
                                                     WHEN request_key IS NOT NULL THEN operation || ' ' || nth || ' ' || request_key
                                                     ELSE 'event ' || event END) AS act
    FROM echo WHERE event NOT IN (SELECT event FROM heard)
), run AS (
    SELECT event, 'execution ' || execution AS act, actor, session, resource, matched_rows, "at",
           row_number() OVER (PARTITION BY actor, resource, matched_rows ORDER BY "at", event) AS nth
    FROM read_event
    WHERE operation IN ('report', 'list_view') AND execution IS NOT NULL
), report_row AS (
    SELECT event, actor, session, resource, matched_rows, "at",
           row_number() OVER (PARTITION BY actor, resource, matched_rows ORDER BY "at", event) AS nth
    FROM read_event
    WHERE operation IN ('report', 'list_view') AND execution IS NULL
), execution AS (
    SELECT act, actor, resource, matched_rows, min("at") AS "at",
           row_number() OVER (PARTITION BY actor, resource, matched_rows ORDER BY min("at"), act) AS nth
    FROM run GROUP BY act, actor, resource, matched_rows
), reported AS (
    SELECT report_row.event, coalesce(execution.act, report_row.event) AS act, report_row.actor, report_row.session, report_row."at"
    FROM report_row LEFT JOIN execution
      ON execution.actor = report_row.actor AND execution.resource = report_row.resource
     AND execution.matched_rows = report_row.matched_rows AND execution.nth = report_row.nth
     AND abs(epoch(execution."at") - epoch(report_row."at")) <= 600
), exported AS (
    SELECT given.event, coalesce(min_by(reported.act, (abs(epoch(reported."at") - epoch(given."at")), reported.act)), given.event) AS act
    FROM (SELECT * FROM read_event WHERE operation = 'report_export') given
    LEFT JOIN reported ON reported.actor = given.actor AND abs(epoch(reported."at") - epoch(given."at")) <= 600
         AND (reported.session IS NULL OR given.session IS NULL OR reported.session = given.session)
    GROUP BY given.event
), single AS (
    -- One record seen in several logs: the same platform request, or less than a minute apart in one session.
    SELECT event, operation, actor, record_ids[1] AS id, session, request_key,
           row_number() OVER (PARTITION BY log, actor, request_key, operation, record_ids[1] ORDER BY "at", event) AS nth,
           sum(is_new::INTEGER) OVER (PARTITION BY actor, session, operation, record_ids[1]
                                      ORDER BY "at", event ROWS UNBOUNDED PRECEDING) AS visit
    FROM (SELECT *, coalesce("at" - lag("at") OVER (PARTITION BY actor, session, operation, record_ids[1] ORDER BY "at", event)
                             > INTERVAL 1 MINUTE, true) AS is_new
          FROM read_event WHERE operation IN ('page_view', 'record') AND len(record_ids) = 1)
), seen AS (
    SELECT event,
           min(event) OVER (PARTITION BY actor, operation, id, CASE
               WHEN operation = 'record' AND request_key IS NOT NULL THEN 'key ' || nth || ' ' || request_key
               ELSE 'visit ' || visit || ' ' || coalesce(session, '') END) AS act
    FROM single
), other AS (
    SELECT event,
           min(event) OVER (PARTITION BY actor, CASE
               WHEN job IS NOT NULL AND operation IN ('bulk_job', 'bulk_result') THEN 'job ' || job
               WHEN operation = 'bulk_result' THEN 'bulk ' || coalesce(session, '') || ' ' || coalesce(query, event)
               WHEN request_key IS NOT NULL THEN operation || ' ' || nth || ' ' || request_key
               ELSE 'event ' || event END) AS act
    FROM (SELECT *, row_number() OVER (PARTITION BY log, actor, request_key, operation ORDER BY "at", event) AS nth FROM read_event)
    WHERE operation NOT IN ('query', 'query_more', 'report', 'list_view', 'report_export')
      AND event NOT IN (SELECT event FROM single)
)
SELECT event, act FROM page
UNION ALL SELECT event, act FROM heard
UNION ALL SELECT event, act FROM alone
UNION ALL SELECT event, act FROM run
UNION ALL SELECT event, act FROM reported
UNION ALL SELECT event, act FROM exported
UNION ALL SELECT event, act FROM seen
UNION ALL SELECT event, act FROM other
