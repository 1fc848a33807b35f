-- detect_weighed: one row per sign of detect_sign, with what it weighs. rate: how often an account takes such a step in a
-- week, as far as was known a day before. Of an account that never took it: the share of weeks, among accounts of its kind
-- (people or machines) that had not taken it until then, in which one did for the first time, an account's first
-- $settled_days days set aside. Of one that took it before: its own share of weeks, the first $settled_days days set aside, with $own_weeks weeks of the share among
-- all accounts of its kind added. To each share among others $prior_weeks account-weeks of the stated rate are added.
-- shown, peers: how many of how many weeks. points: 2 * log10(1 / rate), between 0 and what the kind may weigh at most; for a kind
-- of a fixed weight, that weight. Of a kind that is learnt, half of it in the first $young_weeks weeks of an account, in which much is new.
WITH kinds AS (
    SELECT unnest($kinds::VARCHAR[]) AS kind, unnest($person_rates::DOUBLE[]) AS person_rate, unnest($machine_rates::DOUBLE[]) AS machine_rate,
           unnest($most::INTEGER[]) AS most, unnest($learnt::BOOLEAN[]) AS learnt, unnest($families::VARCHAR[]) AS family
), placed AS (
    SELECT sign.*, kinds.* EXCLUDE (kind), coalesce(week.ui, true) AS ui, coalesce(week.first_at, sign.told_at) AS first_at, coalesce(week.peers, 0) AS all_weeks
    FROM detect_sign AS sign JOIN kinds USING (kind)
    ASOF LEFT JOIN detect_week AS week ON week.actor = sign.actor AND week.begins_at <= sign.told_at
), weekly AS (
    SELECT kind, ui, actor, date_trunc('week', told_at) AS week, min(told_at) AS told_at, min(first_at) AS first_at FROM placed GROUP BY ALL
), numbered AS (
    -- What an account shows in its first days is learnt, and no habit yet.
    SELECT *, row_number() OVER (PARTITION BY kind, actor ORDER BY told_at, ui) AS own FROM weekly
    WHERE told_at >= first_at + to_days($settled_days)
), so_far AS (
    -- Weeks in which an account showed the kind, up to each time at which one did; and those that were an account's first.
    SELECT kind, ui, told_at, max(shown) AS shown, max(firsts) AS firsts FROM (
        SELECT kind, ui, told_at, count(*) OVER up_to AS shown,
               count(*) FILTER (own = 1) OVER up_to AS firsts
        FROM numbered
        WINDOW up_to AS (PARTITION BY kind, ui ORDER BY told_at RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
    ) GROUP BY ALL
), without AS (
    -- Weeks of accounts that had not shown the kind until they began, up to each time at which one began.
    SELECT kind, ui, begins_at, count(*) OVER (PARTITION BY kind, ui ORDER BY begins_at RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS weeks
    FROM (SELECT DISTINCT kind FROM weekly) CROSS JOIN (FROM detect_week WHERE begins_at >= first_at + to_days($settled_days)) AS week
    LEFT JOIN (SELECT kind AS first_kind, actor AS first_actor, told_at AS shown_at FROM numbered WHERE own = 1) AS first
         ON first_kind = kind AND first_actor = actor
    WHERE shown_at IS NULL OR shown_at >= begins_at
), counted AS (
    SELECT placed.*, coalesce(mine.own, 0) AS own, greatest(0, epoch(placed.told_at - placed.first_at) / 604800) AS weeks,
           coalesce(everybody.shown, 0) AS all_shown, coalesce(everybody.firsts, 0) AS firsts, coalesce(without.weeks, 0) AS weeks_without
    FROM placed
    ASOF LEFT JOIN so_far AS everybody ON everybody.kind = placed.kind AND everybody.ui = placed.ui
         AND everybody.told_at <= placed.told_at - INTERVAL 1 DAY
    ASOF LEFT JOIN numbered AS mine ON mine.kind = placed.kind AND mine.actor = placed.actor
         AND mine.told_at <= placed.told_at - INTERVAL 1 DAY
    ASOF LEFT JOIN without ON without.kind = placed.kind AND without.ui = placed.ui
         AND without.begins_at <= placed.told_at - INTERVAL 1 DAY
), shared AS (
    SELECT *, CASE WHEN ui THEN person_rate ELSE machine_rate END * $prior_weeks AS prior,
           CASE WHEN own = 0 THEN firsts ELSE all_shown END AS shown,
           CASE WHEN own = 0 THEN greatest(weeks_without, firsts) ELSE greatest(all_weeks, all_shown) END AS peers
    FROM counted
), rated AS (
    SELECT *, (shown + prior) / (peers + $prior_weeks) AS peer_rate FROM shared
), shrunk AS (
    SELECT *, CASE WHEN own = 0 THEN peer_rate ELSE least(1, (own + $own_weeks * peer_rate) / (greatest(weeks, own) + $own_weeks)) END AS rate
    FROM rated
)
SELECT sign, detector, kind, family, actor, doors, chain, told_at, begins_at, ends_at, ui, shown, peers, own, weeks, round(rate, 6) AS rate,
       CASE WHEN person_rate >= 1 THEN coalesce(points, most)
            ELSE least(most, greatest(0, round(2 * log10(1 / greatest(rate, 1e-9)) - 0.25)))::INTEGER
                 // CASE WHEN weeks < $young_weeks AND learnt THEN 2 ELSE 1 END END AS points
FROM shrunk
