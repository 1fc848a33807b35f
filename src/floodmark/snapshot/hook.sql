-- One row per node that still has an edge: the node below which it is hung. A node goes below its smallest
-- neighbour if that is smaller. A node that stays and that nobody chose goes below its smallest neighbour
-- too, which has gone elsewhere; so every round at least halves the nodes, and no circle can arise.
WITH near AS (
    SELECT node, min(other) AS nearest
    FROM (SELECT a AS node, b AS other FROM edge UNION ALL SELECT b, a FROM edge) GROUP BY node
), chosen AS (
    SELECT DISTINCT nearest AS node FROM near WHERE nearest < node
)
SELECT near.node, CASE WHEN near.nearest < near.node OR chosen.node IS NULL THEN near.nearest ELSE near.node END AS parent
FROM near LEFT JOIN chosen ON chosen.node = near.node
