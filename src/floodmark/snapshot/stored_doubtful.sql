-- The pairs that are perhaps one person and did not become one, with names instead of numbers.
COPY (
    SELECT one.object, one.id AS record_id, other.object AS other_object, other.id AS other_id, probability
    FROM linkage_pair JOIN record AS one ON one.record_no = a JOIN record AS other ON other.record_no = b
    WHERE one.person_no <> other.person_no
    ORDER BY one.object, one.id, other.object, other.id
) TO {path} (FORMAT parquet, COMPRESSION zstd)
