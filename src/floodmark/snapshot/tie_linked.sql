-- One row per record and pair in which linkage joined it, the more probable first. Digits are cut, so
-- that none is certain.
SELECT record_no, other_no, {kind} AS kind, -round(probability * 10000)::INTEGER AS place,
    'linked, probability ' || printf('%.2f', (least(round(probability * 10000)::INTEGER, 9999) // 100) / 100) AS reason
FROM (SELECT a AS record_no, b AS other_no, probability FROM linkage_pair
    UNION ALL SELECT b, a, probability FROM linkage_pair)
WHERE probability >= {joined}
