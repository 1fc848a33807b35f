-- The edges that still join two trees, each once.
SELECT DISTINCT least(one.parent, two.parent) AS a, greatest(one.parent, two.parent) AS b
FROM edge JOIN hook AS one ON one.node = edge.a JOIN hook AS two ON two.node = edge.b
WHERE one.parent <> two.parent
