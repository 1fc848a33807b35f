-- One row per row of a Parquet table for which the map names no id, with its place as one.
SELECT * EXCLUDE (file_row_number), lpad(file_row_number::VARCHAR, 12, '0') AS {id}
FROM read_parquet({path}, file_row_number = true)
