-- numbered: rows that stand more than once among the parts that can hold duplicates; nth: 1 for rows
-- with a vendor id, else the number of the row among its equals within one file.
SELECT log, item, row, key,
       CASE WHEN uid IS NOT NULL THEN 1 ELSE row_number() OVER (PARTITION BY item, log, key ORDER BY row) END AS nth
FROM suspect
WHERE key IN (SELECT key FROM suspect GROUP BY key HAVING count(*) > 1)
