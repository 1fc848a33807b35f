-- detect_hostile: one row per finding (its number in this run) and event. An event belongs to a finding that
-- has marks when it shows one of them, or came in by a door that shows one, from an address of such events, and where the door
-- is no login and no session, but what came from an address by some means, not before it showed the mark;
-- else when it came by the finding's doors within the finding's time, and is a read if reads are what is told. Of acts that
-- detect_event leaves out those that a rule tells belong to it, too.
WITH mark AS (
    SELECT unnest($mark_findings::BIGINT[]) AS finding, unnest($mark_actors::VARCHAR[]) AS actor,
           unnest($mark_kinds::VARCHAR[]) AS kind, unnest($marks::VARCHAR[]) AS mark
), span AS (
    SELECT unnest($span_findings::BIGINT[]) AS finding, unnest($span_actors::VARCHAR[]) AS actor,
           unnest($span_doors::VARCHAR[]) AS door, unnest($span_from::TIMESTAMP[]) AS begins_at, unnest($span_to::TIMESTAMP[]) AS ends_at,
           unnest($span_reads::BOOLEAN[]) AS reads
), shown AS (
    SELECT DISTINCT finding, means
    FROM (SELECT means, actor, unnest(['client', 'app', 'agent', 'browser', 'net', 'desk', 'ip']) AS kind,
                 unnest([client, app, agent, browser, net, desk, ip]) AS mark FROM detect_means)
    JOIN mark USING (actor, kind, mark)
), marked AS (
    SELECT DISTINCT finding, actor, event, done_at, door, ip FROM shown JOIN detect_means USING (means) JOIN detect_done USING (means)
), door AS (
    SELECT finding, actor, door, CASE WHEN starts_with(door, 'from ') THEN min(done_at) END AS since FROM marked GROUP BY finding, actor, door
), address AS (
    SELECT DISTINCT finding, ip FROM marked WHERE ip IS NOT NULL
)
SELECT DISTINCT finding, event FROM (
    SELECT finding, event FROM marked
    UNION ALL
    SELECT door.finding, detect_event.event
    FROM detect_event JOIN door ON door.actor = detect_event.actor AND door.door = detect_event.door
    LEFT JOIN address ON address.finding = door.finding AND address.ip = detect_event.ip
    WHERE (detect_event.ip IS NULL OR address.ip IS NOT NULL) AND (door.since IS NULL OR detect_event.done_at >= door.since)
    UNION ALL
    SELECT span.finding, done.event
    FROM (SELECT event, actor, door, done_at, reading FROM detect_event
          UNION ALL SELECT event, actor, door, done_at, false FROM detect_left_out) AS done
    JOIN span ON span.actor = done.actor AND span.door = done.door AND done.done_at BETWEEN span.begins_at AND span.ends_at
    WHERE done.reading OR NOT span.reads
)
