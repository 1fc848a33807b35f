-- read_event: the intrusion's reads that were not refused by an error; one row per event. lists: the
-- log states what this answer held (rows or ids), so the row is a page and not an echo of one. Of a
-- report the event log states the total only.
SELECT *, ids_complete IS NOT NULL OR delivered_rows IS NOT NULL AND operation NOT IN ('report', 'list_view') AS lists
FROM hostile
WHERE list_contains($reads::VARCHAR[], operation) AND outcome IS DISTINCT FROM 'failure'
