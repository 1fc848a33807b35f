-- One stored table, sorted by record id, so that equal content gives equal bytes.
COPY ({rows} ORDER BY {id}) TO {path} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)
