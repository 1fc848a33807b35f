-- One row per record of an object with keys: the smallest record number of its person, and whether the
-- record itself has a usable key.
WITH lead AS (SELECT top, min(node) AS leader FROM root GROUP BY top),
    keyed AS (SELECT DISTINCT record_no FROM record_key)
SELECT entry.record_no, coalesce(lead.leader, entry.record_no) AS leader, keyed.record_no IS NOT NULL AS keyed,
    keyed.record_no IS NOT NULL AS tied
FROM entry LEFT JOIN root ON root.node = entry.record_no LEFT JOIN lead ON lead.top = root.top
    LEFT JOIN keyed ON keyed.record_no = entry.record_no
WHERE entry.object IN ({objects})
