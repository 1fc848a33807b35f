-- One stored table, sorted by record id, or by all columns where it has none, so that equal content gives equal bytes.
COPY ({rows} ORDER BY {order}) TO {path} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)
