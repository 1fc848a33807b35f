-- One row per record of an object that reaches its person through another record; `tied` is false where
-- that record does not exist.
INSERT INTO owner
SELECT entry.record_no, coalesce(found.leader, entry.record_no), false, found.leader IS NOT NULL
FROM entry LEFT JOIN (
    SELECT target.id, owner.leader FROM entry AS target JOIN owner ON owner.record_no = target.record_no
    WHERE target.object = {target}
) AS found ON found.id = entry.via_id
WHERE entry.object = {object}
