-- detect_sigma: one row per hit of a rule whose completing event has an account: kind, actor, doors, told_at, begins_at,
-- ends_at; rule, and count, how many events, values or rules the window held when it was told.
SELECT 'rule-' || hit.rule AS kind, done.actor, [done.door] AS doors, hit."at" AS told_at, hit.begins_at, hit.ends_at, hit.rule, hit.count
FROM detect_sigma_hit AS hit
JOIN (SELECT event, actor, door FROM detect_event UNION ALL SELECT event, actor, door FROM detect_left_out) AS done ON done.event = hit.event
