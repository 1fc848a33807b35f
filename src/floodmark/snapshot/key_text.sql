-- The values of one key field that are not ASCII; only these need more than SQL to be compared.
SELECT {field} AS text FROM read_parquet({path}) WHERE length({field}) <> strlen({field})
