-- tie without a row: no customer table was taken in.
SELECT 0::BIGINT AS record_no, 0::BIGINT AS other_no, 0 AS kind, 0 AS place, '' AS reason WHERE false
