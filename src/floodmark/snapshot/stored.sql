-- What a stored table holds: rows, rows without id, different ids.
SELECT count(*), count(*) - count({id}), count(DISTINCT {id}) FROM read_parquet({path})
