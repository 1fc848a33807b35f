-- One row per pair of records that linkage joins.
SELECT a, b FROM linkage_pair WHERE probability >= {joined}
