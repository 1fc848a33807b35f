-- query texts of all downloads, of anybody, that may be of one job: those that name it, and those of its
-- user that name none.
SELECT DISTINCT query FROM event
WHERE operation = 'bulk_result' AND outcome IS DISTINCT FROM 'failure'
  AND (job = $job OR job IS NULL AND (actor IS NULL OR $actor::VARCHAR IS NULL OR actor = $actor::VARCHAR))
  AND "at" BETWEEN $begin AND $end
ORDER BY query
