-- One row per record of one object, numbered in the order of its stored table. `value_mask` has bit i set when
-- the i-th mapped field holds a value; `country` and `state` are the first values of residence and state as they are written.
SELECT {offset} + file_row_number AS record_no, {object} AS object, {id} AS id, {created} AS created_at,
    {changed} AS changed_at, ({mask})::BIGINT AS value_mask, {country} AS country,
    {state} AS state, {via} AS via_id
FROM read_parquet({path}, file_row_number = true)
