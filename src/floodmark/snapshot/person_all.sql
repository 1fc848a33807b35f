-- One row per person, numbered in the order of person id, then object. `leader` is its smallest record number.
WITH one AS (
    SELECT owner.leader, min({'id': entry.id, 'object': entry.object}) AS head,
        coalesce(list_sort(list(DISTINCT country.code) FILTER (country.code IS NOT NULL)), []) AS residence,
        bool_or(owner.keyed) AS keyed
    FROM owner JOIN entry ON entry.record_no = owner.record_no
        LEFT JOIN country ON country.text = entry.country
    GROUP BY owner.leader
)
SELECT row_number() OVER (ORDER BY head.id, head.object) - 1 AS person_no, head.id AS person,
    residence::VARCHAR[] AS residence, keyed, leader
FROM one
