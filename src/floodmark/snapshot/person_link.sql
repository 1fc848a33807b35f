-- One row per record of a person with more than one: the record it is tied to, and by what.
SELECT record_no, best.other_no AS other_no, best.reason AS reason
FROM (
    SELECT record_no, min({'last': kind >= 1000, 'later': other_no > record_no, 'kind': kind, 
        'place': place, 'other_no': other_no, 'reason': reason}) AS best
    FROM tie GROUP BY record_no
) ORDER BY record_no
