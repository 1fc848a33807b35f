-- event: one row per access event. event: stable id, the key of its content and, for the second and
-- later of equal rows in one file, its number; item, row: where the raw row stands.
SELECT
    part_row.key || CASE WHEN repeated.nth > 1 THEN '.' || repeated.nth ELSE '' END AS event,
    part_row.*
FROM part_row
LEFT JOIN duplicate ON duplicate.item = part_row.item AND duplicate.row = part_row.row
LEFT JOIN (SELECT item, row, nth FROM numbered WHERE nth > 1) repeated
    ON repeated.item = part_row.item AND repeated.row = part_row.row
WHERE part_row.reason IS NULL AND duplicate.item IS NULL AND part_row.operation IS DISTINCT FROM 'listing'
