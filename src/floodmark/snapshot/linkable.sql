-- One row per record of one object that is linked: its compared values, null where it has none.
SELECT {offset} + file_row_number AS record_no, {values} FROM read_parquet({path}, file_row_number = true){joins}
