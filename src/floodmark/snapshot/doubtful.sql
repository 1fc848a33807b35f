-- How many pairs are perhaps one person and did not become one.
SELECT count(*) FROM linkage_pair JOIN record AS one ON one.record_no = a JOIN record AS other ON other.record_no = b
WHERE one.person_no <> other.person_no
