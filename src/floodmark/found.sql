-- selected: event of each event that the accepted findings name, or whose session or login they name.
SELECT event
FROM event
WHERE list_contains($sessions::VARCHAR[], session)
   OR list_contains($logins::VARCHAR[], login)
   OR list_contains($events::VARCHAR[], event)
