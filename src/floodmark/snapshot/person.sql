-- One row per person of the snapshot, in the order of `person_no`.
SELECT person_no, person, residence, keyed, state FROM person_all ORDER BY person_no
