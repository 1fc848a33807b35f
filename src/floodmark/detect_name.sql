-- detect_name: one row per user name (lower case) that one account of the customer platform goes by; actor: that
-- account. The log of an identity provider names people by user name alone, so it meets the account here.
SELECT lower(trim(actor_name)) AS name, min(actor) AS actor
FROM detect_came
WHERE actor_name IS NOT NULL AND actor IS NOT NULL AND NOT starts_with(log, 'okta.')
GROUP BY ALL
HAVING min(actor) = max(actor)
