-- detect_done: one row per event that has an account and a time, without failed and blocked acts: what differs from event to
-- event; means: the rest, a row of detect_means. report: its id. action: names of what a page's framework asked for.
-- reading: the act read customer records. counted: a COUNT() query. text: hash of the query text. objects: sorted, for
-- acts that look around only. done_at: UTC.
WITH blocked AS (
    SELECT DISTINCT actor, request_key FROM event
    WHERE outcome = 'blocked' AND request_key IS NOT NULL AND actor IS NOT NULL
), known AS (
    SELECT came.*, takes FROM detect_came AS came JOIN detect_means USING (means)
), done AS (
    SELECT event.event, event."at" AS done_at, known.means, takes, event.operation, CASE WHEN job IS NOT NULL THEN lower(method) END AS method, objects,
           matched_rows, delivered_rows, CASE WHEN event.operation = 'report' THEN resource END AS report,
           CASE WHEN event.log = 'salesforce.elf.AuraRequest' THEN method END AS action, record_ids[1] AS record, job, execution,
           CASE WHEN query IS NOT NULL THEN hash(query) END AS text,
           coalesce(regexp_matches(query, '(?i)^\s*select\s+count\s*\('), false) AS counted
    FROM event
    LEFT JOIN detect_twin AS twin ON event.session IS NULL AND event.login IS NULL
          AND twin.actor = event.actor AND twin.request_key = event.request_key
    ANTI JOIN blocked ON blocked.actor = event.actor AND blocked.request_key = event.request_key
    JOIN known ON known.log = event.log AND known.actor = event.actor AND known.operation IS NOT DISTINCT FROM event.operation
         AND known.actor_name IS NOT DISTINCT FROM event.actor_name AND known.session IS NOT DISTINCT FROM event.session
         AND known.login IS NOT DISTINCT FROM event.login AND known.ip IS NOT DISTINCT FROM event.ip
         AND known.client IS NOT DISTINCT FROM event.client AND known.app_id IS NOT DISTINCT FROM event.app_id
         AND known.user_agent IS NOT DISTINCT FROM event.user_agent AND known.visit IS NOT DISTINCT FROM twin.visit
    WHERE event."at" IS NOT NULL AND coalesce(outcome, 'success') = 'success'
)
SELECT event, done_at, means, method, matched_rows, delivered_rows, report, action, record, job, execution, text, counted,
       -- Users, organisation and set-up hold no customers; a read of an unnamed object may.
       takes AND CASE coalesce(len(objects), 0)
           WHEN 0 THEN true
           WHEN 1 THEN NOT coalesce(list_contains($plumbing::VARCHAR[], lower(objects[1])), false)
           ELSE len(list_filter(objects, lambda x: NOT list_contains($plumbing::VARCHAR[], lower(x)))) > 0 END
           AND NOT counted AS reading,
       CASE WHEN operation = 'describe' OR counted THEN coalesce(list_sort(list_distinct(objects)), []) END AS objects
FROM done
