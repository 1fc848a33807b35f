-- One row per pair of records that are perhaps one person, smaller number first; probability to four digits.
-- A pair that may be two members of a household stays below the threshold, however probable it looks.
SELECT least(unique_id_l, unique_id_r) AS a, greatest(unique_id_l, unique_id_r) AS b,
    CASE WHEN {household} THEN least(round(match_probability, 4), {joined} - 0.0001)
        ELSE round(match_probability, 4) END AS probability
FROM {scored} JOIN linked_input AS l ON l.unique_id = unique_id_l
    JOIN linked_input AS r ON r.unique_id = unique_id_r
WHERE round(match_probability, 4) >= {doubtful} ORDER BY a, b
