-- hostile: the intrusion's events, all columns of event and joined_by (null where selected itself).
SELECT event.*, brought.joined_by
FROM event
JOIN (
    SELECT event, CASE WHEN bool_or(named) THEN NULL ELSE min(joined_by) END AS joined_by
    FROM (
        SELECT event, true AS named, NULL AS joined_by FROM selected WHERE NOT refused
        UNION ALL
        SELECT event, false, kind FROM widened WHERE followed
        UNION ALL
        SELECT event, false, joined_by FROM joined WHERE NOT refused
    )
    GROUP BY event
) brought ON brought.event = event.event
