-- One row per record that belongs to another, and one the other way round, which counts last.
SELECT unnest([child, parent]) AS record_no, unnest([parent, child]) AS other_no, 
    unnest([{kind}, {kind} + 1000]) AS kind, 0 AS place,
    unnest([{belongs}, {has}]) AS reason
FROM (
    SELECT {offset} + stored.file_row_number AS child, target.record_no AS parent
    FROM read_parquet({path}, file_row_number = true) AS stored
        JOIN together AS target ON target.object = {target} AND target.id = stored.{via}
)
