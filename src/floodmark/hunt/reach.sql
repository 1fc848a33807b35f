-- hunt_reach: n, slot, value: what the ledger holds, letter for letter, of what is sought. n: number of the sought
-- indicator. how: is (equal), holds (it is part of the value), below (the mail address of an account ends in the
-- domain); letter case aside. Addresses are compared outside, by range, and records by id, without a fold.
WITH sought AS (
    SELECT unnest($numbers::BIGINT[]) AS n, unnest($slots::VARCHAR[]) AS slot, unnest($hows::VARCHAR[]) AS how,
           unnest($texts::VARCHAR[]) AS text
), seen AS (
    SELECT DISTINCT 'client' AS slot, client AS value FROM event WHERE client IS NOT NULL
      AND list_contains($slots::VARCHAR[], 'client')
    UNION ALL
    SELECT DISTINCT 'agent', user_agent FROM event WHERE user_agent IS NOT NULL
      AND list_contains($slots::VARCHAR[], 'agent')
    UNION ALL
    SELECT DISTINCT 'app', app_id FROM event WHERE app_id IS NOT NULL
      AND list_contains($slots::VARCHAR[], 'app')
    UNION ALL
    SELECT DISTINCT 'account', actor_name FROM event WHERE actor_name IS NOT NULL
      AND list_contains($slots::VARCHAR[], 'account')
    UNION ALL
    SELECT DISTINCT 'actor', actor FROM event WHERE actor IS NOT NULL
      AND list_contains($slots::VARCHAR[], 'actor')
    UNION ALL
    SELECT DISTINCT 'session', session FROM event WHERE session IS NOT NULL
      AND list_contains($slots::VARCHAR[], 'session')
    UNION ALL
    SELECT DISTINCT 'login', login FROM event WHERE login IS NOT NULL
      AND list_contains($slots::VARCHAR[], 'login')
    UNION ALL
    SELECT DISTINCT 'job', job FROM event WHERE job IS NOT NULL
      AND list_contains($slots::VARCHAR[], 'job')
), folded AS (
    SELECT slot, value, lower(trim(value)) AS text FROM seen
)
SELECT n, folded.slot, value
FROM folded JOIN sought ON sought.slot = folded.slot AND sought.text = folded.text
WHERE how = 'is'
UNION
SELECT n, folded.slot, value
FROM folded JOIN (SELECT * FROM sought WHERE how = 'holds') part
  ON part.slot = folded.slot AND contains(folded.text, part.text)
UNION
SELECT n, folded.slot, value
FROM (SELECT *, string_split(text, '@')[-1] AS home FROM folded WHERE contains(text, '@')) folded
JOIN (SELECT * FROM sought WHERE how = 'below') part
  ON part.slot = folded.slot AND (home = part.text OR ends_with(home, '.' || part.text))
UNION
SELECT n, slot, text FROM sought WHERE how = 'given'
