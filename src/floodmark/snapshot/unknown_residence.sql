-- Values of residence fields that name no country, with the number of records, most frequent first.
SELECT entry.country, count(*) AS record_count FROM entry LEFT JOIN country ON country.text = entry.country
WHERE entry.country IS NOT NULL AND country.code IS NULL GROUP BY entry.country ORDER BY record_count DESC, entry.country
