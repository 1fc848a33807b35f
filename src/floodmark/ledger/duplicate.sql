-- duplicate: item, row of each row that was delivered again. For rows with a vendor id every repeat;
-- for rows without one the n-th equal row of a file repeats the n-th equal row of another.
SELECT item, row
FROM (SELECT item, row, row_number() OVER (PARTITION BY log, key, nth ORDER BY item, row) AS place FROM numbered)
WHERE place > 1
