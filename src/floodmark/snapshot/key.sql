-- One row per record of one object and usable key. `kind` numbers what the key means, `value` is the
-- compared text; the parts of a key of several fields are told apart by their lengths.
SELECT {offset} + file_row_number AS record_no, {kind}::INTEGER AS kind, {value} AS value
FROM read_parquet({path}, file_row_number = true){joins}
WHERE {usable} AND {only}
