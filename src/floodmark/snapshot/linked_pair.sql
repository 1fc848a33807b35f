-- One row per pair of records that meet in a block, with the first block's rule. A block that too many
-- records share brings nobody together.
SELECT one.record_no AS join_key_l, two.record_no AS join_key_r, min(one.rule) AS match_key
FROM linked_member AS one JOIN linked_member AS two ON one.block = two.block AND one.record_no < two.record_no
WHERE NOT one.crowded GROUP BY one.record_no, two.record_no
