-- stage: one row per kind, account and whether it is counted: first_at, last_at, event_count, first_events (five,
-- by time), last_event.
SELECT kind, account, counted, min("at") AS first_at, max("at") AS last_at, count(DISTINCT event) AS event_count,
       list_transform(min(place, 5), lambda place: substr(place, 23)) AS first_events,
       substr(max(place), 23) AS last_event
FROM (SELECT *, strftime("at", '%Y%m%d%H%M%S.%f ') || event AS place FROM step)
GROUP BY kind, account, counted
