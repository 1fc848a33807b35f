-- How many records belong to a record that does not exist; each is a person of its own.
SELECT count(*) FROM owner JOIN entry ON entry.record_no = owner.record_no
WHERE NOT owner.tied AND entry.object IN ({objects})
