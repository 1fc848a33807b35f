-- detect_presence: one row per account, door, network and hour with any event: its first and last time in that hour
-- (UTC). ui: whether a page, list or report in the browser was among them.
WITH hourly AS (
    SELECT spot, hour, min(begins_at) AS begins_at, max(ends_at) AS ends_at, bool_or(ui) AS ui
    FROM detect_stay JOIN detect_means USING (means) GROUP BY spot, hour
)
SELECT actor, door, coalesce(net, '') AS net, hour, begins_at, ends_at, hourly.ui
FROM hourly JOIN detect_means ON detect_means.means = hourly.spot
