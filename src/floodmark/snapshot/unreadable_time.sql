-- The first record, by id, whose time cannot be read.
SELECT coalesce({id}, '(none)'), {column} FROM read_parquet({path})
WHERE has_value({column}) AND moment(stripped({column})) IS NULL ORDER BY {id}, {column} LIMIT 1
