-- selected: event, kind, value, link, refused of each event that the given selectors name. Kinds intersect; an
-- empty list asks nothing. All of them share the link `selection`.
SELECT event, 'selection' AS kind, $words::VARCHAR AS value, $link::VARCHAR AS link,
       list_contains($refused::VARCHAR[], $link::VARCHAR) AS refused
FROM event
WHERE (len($actors::VARCHAR[]) = 0 OR list_contains($actors::VARCHAR[], actor) OR list_contains($actors::VARCHAR[], actor_name))
  AND (len($sessions::VARCHAR[]) = 0 OR list_contains($sessions::VARCHAR[], session))
  AND (len($logins::VARCHAR[]) = 0 OR list_contains($logins::VARCHAR[], login))
  AND (len($clients::VARCHAR[]) = 0 OR list_contains($clients::VARCHAR[], lower(client))
       OR list_contains($clients::VARCHAR[], lower(user_agent)) OR list_contains($clients::VARCHAR[], lower(app_id)))
  AND (len($addresses::VARCHAR[]) = 0 OR list_contains($addresses::VARCHAR[], ip))
  AND ($begin::TIMESTAMP IS NULL OR "at" >= $begin::TIMESTAMP)
  AND ($end::TIMESTAMP IS NULL OR "at" <= $end::TIMESTAMP)
