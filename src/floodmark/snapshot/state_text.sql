-- The country and the state of every record that has a state value, as one text: AU / New South Wales.
SELECT coalesce(country.code, '?') || ' / ' || entry.state AS text
FROM entry LEFT JOIN country ON country.text = entry.country WHERE entry.state IS NOT NULL
