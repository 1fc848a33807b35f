-- linkage_pair without a row: no two records have anything in common.
SELECT 0::BIGINT AS a, 0::BIGINT AS b, 0::DOUBLE AS probability WHERE false
