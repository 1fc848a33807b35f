-- The API calls that the tenant's machines make every day.
-- telephony and softphones: a caller's number looked up, then the record fetched
INSERT INTO calls
WITH plans AS (
    SELECT s.n AS session, s.x, s.done_at, epoch_ms(until_at) - epoch_ms(s.done_at) AS length_ms,
           (CASE WHEN application = 'Telephony' THEN getvariable('lookups') ELSE 12 END * pace(s.done_at))::BIGINT AS k
    FROM sessions AS s WHERE application IN ('Telephony', 'CTI Softphone') AND NOT planned
), asked AS (
    SELECT session, x * 100000 + i AS y, date_trunc('milliseconds', done_at + to_milliseconds(((i + u('lookup at', x * 100000 + i)) / k * length_ms)::BIGINT)) AS done_at
    FROM plans, unnest(range(plans.k)) AS r(i)
), found AS (
    SELECT a.*, c."Id" AS id, c.phone_then AS phone
    FROM asked AS a JOIN contacts AS c ON c.n = 1 + draw('caller', y, getvariable('old_contacts'))
    WHERE a.done_at < getvariable('ends_at')::TIMESTAMP - INTERVAL 1 MINUTE
)
SELECT done_at, session, 'REST', 'GET', '/v58.0/query', 'Contact', 'SELECT Id, Name FROM Contact WHERE Phone = ''' || phone || '''',
       'Query', 'REST', 1, 1, '{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Contact"},"Id":"' || id || '"}]}', 2, 310, 200, y * 2
FROM found WHERE phone IS NOT NULL
UNION ALL
SELECT done_at + to_milliseconds(400), session, 'REST', 'GET', '/v58.0/sobjects/Contact/' || id, 'Contact', NULL, NULL, 'REST', 1, 1, NULL, 22,
       1500 + draw('record bytes', y, 700), 200, y * 2 + 1
FROM found WHERE phone IS NULL OR u('fetched', y) < 0.2;

-- the nightly hub: what changed since yesterday, with nested cases in one query; a legacy bulk read; counts on Sundays
INSERT INTO calls
WITH nights AS (
    SELECT n AS session, x, done_at, date_trunc('day', done_at) AS day_at FROM sessions WHERE application = 'Data Hub' AND NOT planned
), rows_of AS (
    SELECT session, j, c."Id" AS id, c."ContactId" AS contact_id
    FROM nights, unnest(range(30 + draw('changed cases', x, 60))) AS r(j)
    JOIN cases AS c ON c.n = 1 + draw('changed case', x * 1000 + j, getvariable('old_cases'))
), flat AS (
    SELECT session, count(DISTINCT id) AS k,
           string_agg(DISTINCT '{"attributes":{"type":"Case"},"Id":"' || id || '"}', ',' ORDER BY '{"attributes":{"type":"Case"},"Id":"' || id || '"}') AS records,
           string_agg(DISTINCT '"' || id || '"', ',' ORDER BY '"' || id || '"') AS ids
    FROM rows_of GROUP BY session
), per_contact AS (
    SELECT session, contact_id, count(DISTINCT id) AS k,
           string_agg(DISTINCT '{"attributes":{"type":"Case"},"Id":"' || id || '"}', ',' ORDER BY '{"attributes":{"type":"Case"},"Id":"' || id || '"}') AS records
    FROM rows_of WHERE contact_id IS NOT NULL GROUP BY session, contact_id
), nested AS (
    SELECT session, count(*) AS k,
           string_agg('{"attributes":{"type":"Contact"},"Id":"' || contact_id || '","Cases":{"totalSize":' || k || ',"done":true,"records":[' || records || ']}}', ',' ORDER BY contact_id) AS records
    FROM per_contact GROUP BY session
), since AS (
    SELECT n.*, strftime(day_at - INTERVAL 8 HOUR - INTERVAL 30 MINUTE, '%Y-%m-%dT%H:%M:%SZ') AS since FROM nights AS n
)
SELECT done_at + INTERVAL 3 SECOND, session, 'REST', 'GET', '/v58.0/query', 'Case', 'SELECT Id, Status, Subject, LastModifiedDate FROM Case WHERE SystemModstamp >= ' || since,
       'Query', 'REST', k, k, '{"totalSize":' || k || ',"done":true,"records":[' || records || ']}', 4, k * 240, 200, x * 8
FROM since JOIN flat USING (session)
UNION ALL
SELECT done_at + INTERVAL 9 SECOND, session, 'REST', 'GET', '/v58.0/query', 'Contact,Case',
       'SELECT Id, Email, (SELECT Id, Subject FROM Cases WHERE SystemModstamp >= ' || since || ') FROM Contact WHERE SystemModstamp >= ' || since,
       'Query', 'REST', k, k, '{"totalSize":' || k || ',"done":true,"records":[' || records || ']}', 2, k * 400, 200, x * 8 + 1
FROM since JOIN nested USING (session)
UNION ALL
SELECT done_at + INTERVAL 20 SECOND, session, 'Bulk', 'POST', '/v40.0/job', 'Case', 'SELECT Id, ContactId, Description FROM Case WHERE SystemModstamp >= ' || since,
       'Query', 'Bulk', k, k, '{"totalSize":' || k || ',"done":true,"records":[],"recordIds":[' || ids || ']}', 3, k * 300, 201, x * 8 + 2
FROM since JOIN flat USING (session)
UNION ALL
SELECT done_at + INTERVAL 30 SECOND, session, 'REST', 'GET', '/v58.0/query', 'Contact', 'SELECT COUNT() FROM Contact', 'Query', 'REST',
       (SELECT count(*) FROM contacts WHERE contacts.created_at < since.done_at), 0,
       '{"totalSize":' || (SELECT count(*) FROM contacts WHERE contacts.created_at < since.done_at) || ',"done":true,"records":[]}', 0, 120, 200, x * 8 + 3
FROM since WHERE isodow(done_at) = 7;
