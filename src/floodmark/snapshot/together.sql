-- The records of every person that has more than one.
SELECT record_no, object, id FROM record
WHERE person_no IN (SELECT person_no FROM record GROUP BY person_no HAVING count(*) > 1)
