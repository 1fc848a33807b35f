-- detect_presence: one row per account, door, network and hour with any event: its first and last time in that hour
-- (UTC). ui: whether a page, list or report in the browser was among them.
SELECT actor, door, coalesce(net, '') AS net, date_trunc('hour', done_at) AS hour, min(done_at) AS begins_at, max(done_at) AS ends_at,
       bool_or(operation IN ('page_view', 'list_view', 'report', 'report_export')) AS ui
FROM detect_event
GROUP BY ALL
