-- sideways: what may be a move to another account or system. kind: other account (hostile events of an account that
-- no finding names), identity account (an account that is not of the intrusion, at the identity provider, from a new
-- address of the intrusion), other app (an application entered from a new address, at the identity provider). name:
-- the account or application; with event_count, first_events (five, by time) and last_event.
WITH who AS (
    SELECT DISTINCT actor, account FROM worked WHERE actor IS NOT NULL
), named AS (
    SELECT DISTINCT account FROM worked WHERE part = 'own'
), counted AS (
    SELECT event, "at", coalesce(who.account, lower(actor_name)) AS account
    FROM hostile LEFT JOIN who ON who.actor = hostile.actor
    WHERE log NOT LIKE 'okta.%'
), bad AS (
    SELECT value AS ip FROM spread WHERE kind = 'address' AND value NOT IN (SELECT value FROM known WHERE kind = 'address')
), moved AS (
    SELECT 'other account' AS kind, account AS name, event, "at" FROM counted
    WHERE account IS NOT NULL AND account NOT IN (SELECT account FROM named)
    UNION ALL
    SELECT 'identity account', lower(actor_name), event, "at" FROM event
    WHERE log LIKE 'okta.%' AND actor_name IS NOT NULL AND ip IN (SELECT ip FROM bad)
      AND lower(actor_name) NOT IN (SELECT account FROM counted WHERE account IS NOT NULL)
    UNION ALL
    SELECT 'other app', event.client, event.event, event."at"
    FROM event SEMI JOIN (SELECT event FROM step WHERE kind = 'other app') step ON step.event = event.event
)
SELECT kind, name, count(*) AS event_count,
       list_transform(min(place, 5), lambda place: substr(place, 23)) AS first_events,
       substr(max(place), 23) AS last_event
FROM (SELECT *, strftime("at", '%Y%m%d%H%M%S.%f ') || event AS place FROM moved)
GROUP BY kind, name
