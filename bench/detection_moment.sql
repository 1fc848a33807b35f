-- detect_moment: one row per event with a time: what its account had done so far in the hour, this event included.
-- One act stands in several logs: rows, bytes and reads are summed per log, and the largest sum counts. records: those
-- with a known id. new_ip, new_client: never used by the account before. hostile: the hour holds a row of the
-- intruder's so far. closing: the last event of the account-hour; telling: the last one of its second.
-- $actors, $before: only these accounts, only before this time, null takes all; an event without an account is the guest's.
WITH seen AS (
    SELECT event, coalesce(actor, 'guest') AS actor, log, "at", date_trunc('hour', "at") AS hour, "at"::DATE AS day,
           ip, client, user_agent AS agent, objects[1] AS object, byte_count, hostile,
           list_contains($reads::VARCHAR[], operation) AS reading, operation = 'describe' AS look,
           coalesce(outcome, 'success') <> 'success' AS failed,
           CASE WHEN list_contains($reads::VARCHAR[], operation) AND operation <> 'report_export'
                THEN coalesce(delivered_rows, matched_rows, 0) ELSE 0 END AS row_count,
           CASE WHEN list_contains($reads::VARCHAR[], operation) THEN record_ids END AS record_ids
    FROM row_of WHERE "at" IS NOT NULL AND ($before::TIMESTAMP IS NULL OR "at" < $before) AND ($actors::VARCHAR[] IS NULL OR list_contains($actors::VARCHAR[], coalesce(actor, 'guest')))
), one AS (
    SELECT actor, hour, day, "at", event, record FROM (SELECT *, unnest(record_ids) AS record FROM seen)
), record_first AS (
    SELECT event, count(*) FILTER (in_hour = 1) AS hour_count, count(*) FILTER (in_day = 1) AS day_count FROM (
        SELECT event, row_number() OVER (PARTITION BY actor, hour, record ORDER BY "at", event) AS in_hour,
               row_number() OVER (PARTITION BY actor, day, record ORDER BY "at", event) AS in_day FROM one)
    GROUP BY event
), flagged AS (
    SELECT seen.* EXCLUDE (record_ids), coalesce(hour_count, 0) AS hour_count, coalesce(day_count, 0) AS day_count,
           ip IS NOT NULL AND row_number() OVER (PARTITION BY actor, hour, ip ORDER BY "at", event) = 1 AS ip_first,
           client IS NOT NULL AND row_number() OVER (PARTITION BY actor, hour, client ORDER BY "at", event) = 1 AS client_first,
           agent IS NOT NULL AND row_number() OVER (PARTITION BY actor, hour, agent ORDER BY "at", event) = 1 AS agent_first,
           object IS NOT NULL AND row_number() OVER (PARTITION BY actor, hour, object ORDER BY "at", event) = 1 AS object_first,
           ip IS NOT NULL AND row_number() OVER (PARTITION BY actor, ip ORDER BY "at", event) = 1 AS ip_ever,
           client IS NOT NULL AND row_number() OVER (PARTITION BY actor, client ORDER BY "at", event) = 1 AS client_ever,
           sum(row_count) OVER (PARTITION BY actor, hour, log ORDER BY "at", event) AS log_rows,
           sum(byte_count) OVER (PARTITION BY actor, hour, log ORDER BY "at", event) AS log_bytes,
           count(*) FILTER (reading) OVER (PARTITION BY actor, hour, log ORDER BY "at", event) AS log_reads
    FROM seen LEFT JOIN record_first USING (event)
)
SELECT actor, hour, day, "at", bool_or(hostile) OVER up_to AS hostile,
       max(log_rows) OVER up_to AS rows, sum(hour_count) OVER up_to AS records_hour,
       sum(day_count) OVER (PARTITION BY actor, day ORDER BY "at", event) AS records_day,
       max(log_reads) OVER up_to AS reads, count(*) OVER up_to AS acts,
       count(*) FILTER (look) OVER up_to AS looks, count(*) FILTER (failed) OVER up_to AS failures,
       count(*) FILTER (ip_first) OVER up_to AS ips, count(*) FILTER (client_first) OVER up_to AS clients,
       count(*) FILTER (agent_first) OVER up_to AS agents, count(*) FILTER (object_first) OVER up_to AS objects,
       coalesce(max(log_bytes) OVER up_to, 0) AS bytes, extract(hour FROM "at") AS hour_of_day,
       (isodow("at") > 5)::INTEGER AS is_weekend,
       count(*) FILTER (ip_ever) OVER up_to AS new_ip, count(*) FILTER (client_ever) OVER up_to AS new_client,
       row_number() OVER (PARTITION BY actor, hour ORDER BY "at" DESC, event DESC) = 1 AS closing,
       row_number() OVER (PARTITION BY actor, hour, date_trunc('second', "at") ORDER BY "at" DESC, event DESC) = 1 AS telling
FROM flagged
WINDOW up_to AS (PARTITION BY actor, hour ORDER BY "at", event)
