-- The first record, by id, whose time cannot be read.
SELECT {id}, {column} FROM read_parquet({path})
WHERE has_value({column}) AND moment(stripped({column})) IS NULL ORDER BY {id} LIMIT 1
