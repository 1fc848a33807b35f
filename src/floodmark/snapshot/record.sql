-- One row per record that belongs to a person, in the order of `record_no`.
SELECT entry.record_no, entry.object, entry.id, person_all.person_no, entry.created_at, entry.changed_at,
    entry.value_mask
FROM entry JOIN owner ON owner.record_no = entry.record_no JOIN person_all ON person_all.leader = owner.leader
ORDER BY entry.record_no
