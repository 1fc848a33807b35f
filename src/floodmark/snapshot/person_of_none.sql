-- person, with the columns it always has and no row: no customer table was taken in.
SELECT 0::BIGINT AS person_no, ''::VARCHAR AS person, []::VARCHAR[] AS residence, false AS keyed,
    []::VARCHAR[] AS state
WHERE false
