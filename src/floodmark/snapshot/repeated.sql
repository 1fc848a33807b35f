-- The smallest id that stands in more than one row.
SELECT min(id) FROM (SELECT {id} AS id FROM read_parquet({path}) GROUP BY ALL HAVING count(*) > 1)
