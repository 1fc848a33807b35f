-- selected: event, kind, value, link, refused of each event that the accepted findings name, or whose session
-- or login they name. Each event has one link: its session, else its login, else the finding.
WITH named AS (
    SELECT event, min(finding) AS finding
    FROM (SELECT unnest($events::VARCHAR[]) AS event, unnest($finders::VARCHAR[]) AS finding)
    GROUP BY event
), own AS (
    SELECT event.event,
           CASE WHEN list_contains($sessions::VARCHAR[], session) THEN 'session'
                WHEN list_contains($logins::VARCHAR[], login) THEN 'login'
                WHEN named.event IS NOT NULL THEN 'finding' END AS kind,
           CASE kind WHEN 'session' THEN session WHEN 'login' THEN login ELSE finding END AS value
    FROM event LEFT JOIN named ON named.event = event.event
)
SELECT event, kind, value, 'L-' || left(sha256(kind || chr(31) || value || chr(31)), 10) AS link,
       list_contains($refused::VARCHAR[], link) AS refused
FROM own
WHERE kind IS NOT NULL
