-- detect_began: one row per account: its first event in a platform's logs, the door of it, and whether it is late: $settled_days
-- days or more after the first event of the same family of logs (salesforce.elf, salesforce.login_history). Where a family was
-- collected later than others, nobody is new for that. first_at: UTC.
WITH shown AS (
    SELECT actor, door, regexp_extract(log, '^[^.]*\.[^.]*') AS family, min(begins_at) AS begins_at
    FROM detect_stay JOIN detect_means USING (means) WHERE NOT starts_with(log, 'okta.')
    GROUP BY actor, door, family
), dated AS (
    SELECT *, begins_at >= min(begins_at) OVER (PARTITION BY family) + to_days($settled_days) AS after FROM shown
)
SELECT actor, min(begins_at) AS first_at, arg_min(door, (begins_at, door)) AS door, arg_min(after, (begins_at, after)) AS late
FROM dated
GROUP BY actor
