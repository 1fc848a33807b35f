-- record, with the columns it always has and no row: no customer table was taken in.
SELECT 0::BIGINT AS record_no, ''::VARCHAR AS object, ''::VARCHAR AS id, 0::BIGINT AS person_no,
    NULL::TIMESTAMP AS created_at, NULL::TIMESTAMP AS changed_at, 0::BIGINT AS value_mask
WHERE false
