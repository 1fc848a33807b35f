-- downloads that carry a text and no job: act, actor, query, first_at.
SELECT act, min(actor), min(session), min(query), min("at") AS first_at
FROM read_event JOIN act_event USING (event)
WHERE operation = 'bulk_result' AND job IS NULL AND query IS NOT NULL AND actor IS NOT NULL
GROUP BY act ORDER BY act
