-- One row per person, numbered in the order of person id, then object. `leader` is its smallest record number.
-- Lists are gathered only for people with two countries or two states: of one value, the smallest is the list.
WITH each AS (
    SELECT owner.leader, owner.keyed, entry.id, entry.object, country.code, state_name.state
    FROM owner JOIN entry ON entry.record_no = owner.record_no
        LEFT JOIN country ON country.text = entry.country
        LEFT JOIN state_name ON state_name.text = coalesce(country.code, '?') || ' / ' || entry.state
), one AS (
    SELECT leader, min({'id': id, 'object': object}) AS head, bool_or(keyed) AS keyed, min(code) AS code,
        max(code) <> min(code) AS moved, min(state) AS state, max(state) <> min(state) AS moved_state
    FROM each GROUP BY leader
), many AS (
    SELECT leader, list_sort(list(DISTINCT code) FILTER (code IS NOT NULL)) AS codes,
        list_sort(list(DISTINCT state) FILTER (state IS NOT NULL)) AS states
    FROM each SEMI JOIN (SELECT leader FROM one WHERE moved OR moved_state) AS several USING (leader)
    GROUP BY leader
)
SELECT row_number() OVER (ORDER BY head.id, head.object) - 1 AS person_no, head.id AS person,
    (CASE WHEN one.code IS NULL THEN [] WHEN moved THEN many.codes ELSE [one.code] END)::VARCHAR[] AS residence,
    keyed,
    (CASE WHEN one.state IS NULL THEN [] WHEN moved_state THEN many.states ELSE [one.state] END)::VARCHAR[] AS state,
    leader
FROM one LEFT JOIN many USING (leader)
