-- One row per record and key that it shares with another: the first other record with the key.
SELECT record_no, CASE WHEN record_no = firsts[1] THEN firsts[2] ELSE firsts[1] END AS other_no, kind, 0 AS place,
    list_extract([{reasons}], kind + 1) AS reason
FROM record_key JOIN (
    SELECT kind, value, min(record_no, 2) AS firsts FROM record_key GROUP BY kind, value HAVING count(*) > 1
) USING (kind, value)
