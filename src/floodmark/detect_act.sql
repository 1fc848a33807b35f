-- detect_act: one row per actor, door, kind and act. rows: read by the act, the most that one log tells; for
-- single records the distinct ones. unknown: further pages or downloads without a count. before, unknown_before:
-- the largest such act of the actor that began a day or more earlier, and the number of those uncounted ones. full_at: when
-- it had reached $rows rows ($records single records); null where it did not. unknown_at: the first uncounted one.
-- before_all: the largest such act of anybody that began a day or more earlier; most_at: when it was that $most_times times.
WITH single AS (
    SELECT way, act, count(*) AS records
    FROM (SELECT DISTINCT way, epoch_us(done_at) // 3600000000 AS act, record FROM detect_read WHERE kind = 'records' AND record IS NOT NULL)
    GROUP BY way, act
), part AS (
    SELECT way, kind, act, min(begins_at) AS begins_at, max(ends_at) AS ends_at, max(job) AS job, sum(rows)::BIGINT AS rows,
           sum(unknown)::BIGINT AS unknown, min(unknown_at) AS unknown_at
    FROM detect_part
    GROUP BY way, kind, act
), by_log AS (
    SELECT part.* REPLACE (CASE WHEN kind = 'records' THEN coalesce(records, 0) ELSE rows END AS rows)
    FROM part LEFT JOIN single ON kind = 'records' AND single.way = part.way AND single.act = part.act
), large AS (
    SELECT way, kind, act FROM by_log WHERE rows >= CASE WHEN kind = 'records' THEN $records ELSE $rows END
), part_of_large AS (
    SELECT way, kind, act, done_at, rows, record FROM detect_read SEMI JOIN large USING (way, kind, act)
), step AS (
    -- Of acts that are large: what each read added, of single records the first of each.
    SELECT way, kind, act, done_at, rows FROM part_of_large WHERE kind <> 'records'
    UNION ALL
    SELECT way, kind, act, min(done_at), 1 FROM part_of_large WHERE kind = 'records' AND record IS NOT NULL GROUP BY way, kind, act, record
), running AS (
    SELECT way, kind, act, done_at,
           sum(rows) OVER (PARTITION BY way, kind, act ORDER BY done_at RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS rows
    FROM step
), full_by_log AS (
    SELECT way, kind, act, min(done_at) AS full_at FROM running
    WHERE rows >= CASE WHEN kind = 'records' THEN $records ELSE $rows END GROUP BY way, kind, act
), by_entry AS (
    SELECT entry, kind, act, min(begins_at) AS begins_at, max(ends_at) AS ends_at, max(job) AS job,
           max(rows) AS rows, max(unknown) AS unknown, min(unknown_at) AS unknown_at, min(full_at) AS full_at
    FROM by_log JOIN detect_way USING (way) LEFT JOIN full_by_log USING (way, kind, act)
    GROUP BY entry, kind, act
), by_act AS (
    SELECT actor, door, by_entry.* FROM by_entry JOIN detect_means ON detect_means.means = by_entry.entry
), so_far AS (
    SELECT actor, kind, begins_at, max(max(rows)) OVER up_to AS most,
           sum(count(*) FILTER (unknown > 0 OR kind = 'bulk')) OVER up_to AS uncounted
    FROM by_act
    GROUP BY actor, kind, begins_at
    WINDOW up_to AS (PARTITION BY actor, kind ORDER BY begins_at ROWS UNBOUNDED PRECEDING)
), everybody AS (
    SELECT kind, begins_at, max(max(rows)) OVER (PARTITION BY kind ORDER BY begins_at ROWS UNBOUNDED PRECEDING) AS most_of_all
    FROM by_act GROUP BY kind, begins_at
), compared AS (
    SELECT by_act.*, coalesce(most, 0) AS before, coalesce(uncounted, 0)::BIGINT AS unknown_before
    FROM by_act ASOF LEFT JOIN so_far ON so_far.actor = by_act.actor AND so_far.kind = by_act.kind
     AND so_far.begins_at <= by_act.begins_at - INTERVAL 1 DAY
), placed AS (
    SELECT compared.*, coalesce(most_of_all, 0) AS before_all
    FROM compared ASOF LEFT JOIN everybody ON everybody.kind = compared.kind
     AND everybody.begins_at <= compared.begins_at - INTERVAL 1 DAY
), over_all AS (
    SELECT entry, kind, act, min(done_at) AS most_at
    FROM running JOIN detect_way USING (way) JOIN placed USING (entry, kind, act)
    WHERE running.rows >= greatest($most_times * before_all, CASE WHEN kind = 'records' THEN $records ELSE $rows END)
    GROUP BY entry, kind, act
)
SELECT placed.* EXCLUDE (entry), most_at FROM placed LEFT JOIN over_all USING (entry, kind, act)
