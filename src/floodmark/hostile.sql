-- hostile: the intrusion's events, all columns of event and joined_by (null where selected itself).
SELECT event.*, joined.joined_by
FROM event
LEFT JOIN joined ON joined.event = event.event
WHERE joined.event IS NOT NULL OR event.event IN (SELECT event FROM selected)
