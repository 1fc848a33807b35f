-- detect_candidate: one row per account whose signs, the heaviest of each family wherever and whenever, weigh $told or more.
SELECT actor FROM (SELECT actor, family, max(points) AS points FROM detect_weighed GROUP BY actor, family)
GROUP BY actor HAVING sum(points) >= $told
