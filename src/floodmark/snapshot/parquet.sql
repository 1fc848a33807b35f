-- One row per record of a Parquet table, all columns as text.
SELECT {columns} FROM read_parquet({path})
