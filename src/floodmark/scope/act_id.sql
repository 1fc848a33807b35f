-- act_id: act, id, top. The record ids that the logs of an act list, each once; top: a row of the answer.
SELECT act, id, bool_or(top) AS top
FROM (
    SELECT act, unnest(record_ids) AS id, true AS top FROM read_event JOIN act_event USING (event)
    WHERE outcome IS DISTINCT FROM 'blocked'
    UNION ALL
    SELECT act, unnest(child_ids), false FROM read_event JOIN act_event USING (event)
    WHERE outcome IS DISTINCT FROM 'blocked'
)
WHERE id IS NOT NULL
GROUP BY act, id
