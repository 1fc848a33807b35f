-- person_link with names instead of numbers.
COPY (
    SELECT person.person, one.object, one.id AS record_id, other.object AS other_object, other.id AS other_id,
        person_link.reason
    FROM person_link JOIN record AS one ON one.record_no = person_link.record_no
        JOIN record AS other ON other.record_no = person_link.other_no
        JOIN person ON person.person_no = one.person_no
    ORDER BY person.person, one.object, one.id
) TO {path} (FORMAT parquet, COMPRESSION zstd)
