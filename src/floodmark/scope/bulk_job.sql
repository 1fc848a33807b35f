-- bulk jobs of the intrusion: act, actor, object, done_at: the time from which a result could be fetched.
SELECT act, min(actor), min(session), min(objects[1]),
       coalesce(min("at") FILTER (lower(method) IN ('jobcomplete', 'complete', 'completed')), min("at")) AS done_at
FROM read_event JOIN act_event USING (event)
WHERE operation = 'bulk_job' AND actor IS NOT NULL
GROUP BY act ORDER BY act
