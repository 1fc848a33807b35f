-- detect_slow_drip: one row per account, object, day and step: customers' records of one object (the first three characters of
-- an id) opened one by one, day after day, so far beyond what the account and its colleagues do that their sum reached a step of
-- $steps. reached: distinct records that day. usual: the median of its own days 2 to $days days back, times how much busier
-- everybody was on the days before. With fewer than $known_days such days it is the $colleagues quantile of its colleagues'
-- usual, if that is more; for an account that began late (detect_began), in its first $days days, $beginner times
-- that quantile, and never more.
-- spread: 1.4826 times the median distance from it, at least $spread of it and $least records. excess: the sum of (reached - usual) / spread - $slack over the days since it last was at zero, a day counting for
-- $most at most (Page's cumulative sum). told_at: when enough were reached that day. chain: names the run of days.
-- points: of a step whose weight is fixed: $machine_points for a machine, which does what it is asked, for more callers are no
-- insider; 0 in a crowd, where in the $crowd_days days before $crowd other accounts or more, and $crowd_share of all that
-- opened such records, had reached a step as well: then there is more to do.
WITH single AS (
    SELECT actor, done_at::DATE AS day, record[1:3] AS object, record, min(done_at) AS done_at, arg_min(door, (done_at, door)) AS door
    FROM detect_read JOIN detect_way USING (way)
    WHERE kind = 'records' AND record IS NOT NULL
    GROUP BY ALL
), daily AS (
    SELECT actor, object, day, count(*) AS reached, min(done_at) AS begins_at, max(done_at) AS ends_at FROM single GROUP BY actor, object, day
), past AS (
    SELECT *, median(reached) OVER before AS usual, count(*) OVER before AS known_days, mad(reached) OVER before AS distance
    FROM daily
    WINDOW before AS (PARTITION BY actor, object ORDER BY day RANGE BETWEEN to_days($days) PRECEDING AND INTERVAL 2 DAY PRECEDING)
), shared AS (
    SELECT day, object, greatest(1, median(reached / greatest(usual, 10))) AS busier, count(*) AS accounts,
           quantile_cont(usual, $colleagues) AS theirs
    FROM past WHERE known_days >= $known_days GROUP BY day, object
), factor AS (
    SELECT day, object, max(CASE WHEN accounts >= 5 THEN busier ELSE 1 END) OVER before AS busier,
           max(theirs) FILTER (accounts >= 5) OVER before AS theirs
    FROM (SELECT DISTINCT day, object FROM past) LEFT JOIN shared USING (day, object)
    WINDOW before AS (PARTITION BY object ORDER BY day RANGE BETWEEN INTERVAL 4 DAY PRECEDING AND INTERVAL 1 DAY PRECEDING)
), known AS (
    -- Of an account with few days of its own the usual is that of busy colleagues, once those have days enough. Who begins learns
    -- other work: $beginner times as much is usual then, and what an account did since it began makes no more usual.
    SELECT actor, object, day, reached, begins_at, ends_at, busier, known_days, known_days < $known_days OR coalesce(most < usual, false) AS by_colleagues,
           CASE WHEN known_days >= $known_days THEN least(usual, most) ELSE coalesce(most, greatest(usual, theirs)) END AS usual,
           CASE WHEN known_days >= $known_days AND coalesce(usual <= most, true) THEN distance ELSE 0 END AS distance
    FROM (SELECT *, CASE WHEN late AND day < first_at + to_days($days) THEN $beginner * theirs END AS most
          FROM past LEFT JOIN factor USING (day, object) LEFT JOIN detect_began USING (actor))
    WHERE known_days >= $known_days OR theirs IS NOT NULL
), scored AS (
    SELECT known.*, usual * coalesce(busier, 1) AS expected,
           greatest(1.4826 * distance, $spread * usual, $least) * coalesce(busier, 1) AS spread
    FROM known
), stepped AS (
    SELECT *, least($most, (reached - expected) / spread) - $slack AS step FROM scored
), summed AS (
    SELECT *, sum(step) OVER (PARTITION BY actor, object ORDER BY day) AS total FROM stepped
), lowest AS (
    SELECT *, total - least(0, min(total) OVER (PARTITION BY actor, object ORDER BY day)) AS excess,
           total - step - least(0, coalesce(min(total) OVER (PARTITION BY actor, object ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)) AS excess_before
    FROM summed
), marked AS (
    SELECT *, max(day) FILTER (excess <= 0) OVER (PARTITION BY actor, object ORDER BY day) AS zero_at FROM lowest
), step AS (
    SELECT unnest($steps::DOUBLE[]) AS limit_, unnest($kinds::VARCHAR[]) AS kind
), crossed AS (
    -- How many records of that day were enough.
    SELECT marked.*, kind, limit_, CASE WHEN excess_before >= limit_ THEN reached
           ELSE ceil(expected + spread * ($slack + limit_ - excess_before))::BIGINT END AS enough
    FROM marked JOIN step ON excess >= limit_ AND step > 0
), extent AS (
    SELECT crossed.actor, crossed.object, crossed.day, kind, min(daily.begins_at) AS begins_at, max(daily.ends_at) AS ends_at, count(*) AS days, sum(daily.reached)::BIGINT AS reached_in_all
    FROM crossed JOIN daily ON daily.actor = crossed.actor AND daily.object = crossed.object AND daily.day <= crossed.day
     AND daily.day > coalesce(crossed.zero_at, crossed.day - 60)
    GROUP BY crossed.actor, crossed.object, crossed.day, kind
), ranked AS (
    SELECT single.*, row_number() OVER (PARTITION BY single.actor, single.object, single.day ORDER BY single.done_at, record) AS place
    FROM single SEMI JOIN crossed ON crossed.actor = single.actor AND crossed.object = single.object AND crossed.day = single.day
), moment AS (
    SELECT crossed.actor, crossed.object, crossed.day, kind, max(done_at) AS told_at
    FROM crossed JOIN ranked ON ranked.actor = crossed.actor AND ranked.object = crossed.object AND ranked.day = crossed.day
     AND place <= greatest(1, least(enough, reached))
    GROUP BY crossed.actor, crossed.object, crossed.day, kind
), way_in AS (
    SELECT DISTINCT actor, object, day, door, min(done_at) AS begins_at FROM single GROUP BY ALL
), came AS (
    -- By which doors, in the whole run of days up to that time.
    SELECT moment.actor, moment.object, moment.day, moment.kind, list_sort(list(DISTINCT door)) AS doors
    FROM moment JOIN crossed ON crossed.actor = moment.actor AND crossed.object = moment.object AND crossed.day = moment.day AND crossed.kind = moment.kind
    JOIN way_in ON way_in.actor = moment.actor AND way_in.object = moment.object AND way_in.begins_at <= told_at
     AND way_in.day > coalesce(zero_at, crossed.day - 60)
    GROUP BY moment.actor, moment.object, moment.day, moment.kind
), peopled AS (
    SELECT wanted.object, wanted.day, count(DISTINCT daily.actor) AS accounts
    FROM (SELECT DISTINCT object, day FROM crossed) AS wanted
    JOIN daily ON daily.object = wanted.object AND daily.day BETWEEN wanted.day - $crowd_days AND wanted.day - 1
    GROUP BY ALL
), crowd AS (
    SELECT mine.actor, mine.object, mine.day, mine.kind, count(DISTINCT other.actor) AS others
    FROM moment AS mine JOIN moment AS other ON other.object = mine.object AND other.actor <> mine.actor
     AND other.told_at < mine.told_at AND other.told_at >= mine.told_at - to_days($crowd_days)
    GROUP BY ALL
)
SELECT kind, crossed.actor, doors, told_at, extent.begins_at, extent.ends_at, 'drip ' || object || ' ' || coalesce(zero_at::VARCHAR, '') AS chain, object, day, reached, round(expected)::BIGINT AS usual,
       round(spread)::BIGINT AS spread, round(excess, 1) AS excess, limit_, days, reached_in_all, known_days, by_colleagues,
       coalesce(others, 0) AS others, coalesce(accounts, 0) AS accounts,
       CASE WHEN NOT week.ui THEN $machine_points
            WHEN others >= greatest($crowd, $crowd_share * accounts) THEN 0 END AS points
FROM crossed JOIN extent USING (actor, object, day, kind) JOIN moment USING (actor, object, day, kind) JOIN came USING (actor, object, day, kind)
LEFT JOIN crowd USING (actor, object, day, kind) LEFT JOIN peopled USING (object, day)
LEFT JOIN detect_week AS week ON week.actor = crossed.actor AND week.week = date_trunc('week', told_at)
