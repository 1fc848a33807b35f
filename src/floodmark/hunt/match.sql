-- hunt_match: one row per sought indicator (n) that the ledger shows: event_count, first_at, last_at (UTC), logs,
-- account_count, accounts (ten, sorted), first_events (five, by time), last_event, shown (ten values as the ledger has
-- them), known_count: how many of the events are counted as the intrusion.
WITH hit AS (
    SELECT n, event, value FROM event JOIN (SELECT * FROM hunt_reach WHERE slot = 'address') r ON event.ip = r.value
    UNION ALL
    SELECT n, event, value FROM event JOIN (SELECT * FROM hunt_reach WHERE slot = 'client') r ON event.client = r.value
    UNION ALL
    SELECT n, event, value FROM event JOIN (SELECT * FROM hunt_reach WHERE slot = 'agent') r ON event.user_agent = r.value
    UNION ALL
    SELECT n, event, value FROM event JOIN (SELECT * FROM hunt_reach WHERE slot = 'app') r ON event.app_id = r.value
    UNION ALL
    SELECT n, event, value FROM event JOIN (SELECT * FROM hunt_reach WHERE slot = 'account') r ON event.actor_name = r.value
    UNION ALL
    SELECT n, event, value FROM event JOIN (SELECT * FROM hunt_reach WHERE slot = 'actor') r ON event.actor = r.value
    UNION ALL
    SELECT n, event, value FROM event JOIN (SELECT * FROM hunt_reach WHERE slot = 'session') r ON event.session = r.value
    UNION ALL
    SELECT n, event, value FROM event JOIN (SELECT * FROM hunt_reach WHERE slot = 'login') r ON event.login = r.value
    UNION ALL
    SELECT n, event, value FROM event JOIN (SELECT * FROM hunt_reach WHERE slot = 'job') r ON event.job = r.value
    UNION ALL
    SELECT n, event, value
    FROM (SELECT event, record_ids, child_ids FROM event
          WHERE len($records::VARCHAR[]) > 0
            AND (list_has_any(record_ids, $records::VARCHAR[]) OR list_has_any(child_ids, $records::VARCHAR[]))) event
    JOIN (SELECT * FROM hunt_reach WHERE slot = 'record') r
      ON list_contains(record_ids, r.value) OR list_contains(child_ids, r.value)
), named AS (
    SELECT actor, min(lower(actor_name)) AS name FROM event
    WHERE actor IS NOT NULL AND actor_name IS NOT NULL GROUP BY actor
), shown AS (
    SELECT n, list(DISTINCT value) AS shown FROM hit GROUP BY n
), told AS (
    SELECT hit.n, event.event, event."at", log, coalesce(name, lower(actor_name), event.actor) AS account,
           strftime("at", '%Y%m%d%H%M%S.%f ') || event.event AS place, known.event IS NOT NULL AS known
    FROM event
    JOIN (SELECT DISTINCT n, event FROM hit) hit ON hit.event = event.event
    LEFT JOIN named ON named.actor = event.actor
    LEFT JOIN hunt_known known ON known.event = event.event
)
SELECT n, count(*) AS event_count, min("at") AS first_at, max("at") AS last_at, list_sort(list(DISTINCT log)) AS logs,
       count(DISTINCT account) AS account_count,
       coalesce(list_sort(list(DISTINCT account) FILTER (account IS NOT NULL))[:10], []) AS accounts,
       coalesce(list_transform(min(place, 5), lambda place: substr(place, 23)), []) AS first_events,
       substr(max(place), 23) AS last_event, list_sort(any_value(shown))[:10] AS shown,
       count(*) FILTER (known) AS known_count
FROM told JOIN shown USING (n)
GROUP BY n
