-- One row per pair of records that share a key: the first record with the key, and each other one.
WITH shared AS (
    SELECT kind, value, min(record_no) AS first_no FROM record_key
    GROUP BY kind, value HAVING min(record_no) <> max(record_no)
)
SELECT DISTINCT shared.first_no AS a, record_key.record_no AS b
FROM record_key JOIN shared ON shared.kind = record_key.kind AND shared.value = record_key.value
WHERE record_key.record_no <> shared.first_no
