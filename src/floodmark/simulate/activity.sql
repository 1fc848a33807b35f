-- What the tenant's people and machines did: views, listings (list views), runs (reports), calls (API calls).
-- Contacts and cases are drawn among those that existed before the first day.
SET VARIABLE old_contacts = (SELECT count(*) FROM contacts WHERE created_at < getvariable('starts_at')::TIMESTAMP);
SET VARIABLE old_cases = (SELECT count(*) FROM cases WHERE created_at < getvariable('starts_at')::TIMESTAMP);

-- views: one row per page opened in the browser; receipt_at is when the browser's batch came in.
CREATE TABLE views AS
WITH plans AS (
    SELECT s.n AS session, s.user_n, s.done_at, s.x, s.ip, agent, role, epoch_ms(s.until_at) - epoch_ms(s.done_at) AS length_ms,
           greatest(1, (CASE role WHEN 'agent' THEN getvariable('views') WHEN 'manager' THEN 8 ELSE 12 END
                        * weight * (0.7 + 0.6 * u('views', s.x)))::BIGINT) AS k
    FROM sessions AS s JOIN users AS u ON u.n = s.user_n WHERE kind = 'ui'
), opened AS (
    SELECT p.*, i, x * 1000 + i AS y, done_at + to_milliseconds(((i + u('view at', x * 1000 + i)) / k * length_ms)::BIGINT) AS view_at
    FROM plans AS p, unnest(range(p.k)) AS r(i)
), aimed AS (
    SELECT *, CASE WHEN role = 'admin' THEN 'Setup' WHEN u('kind of page', y) < 0.55 THEN 'Case' ELSE 'Contact' END AS object
    FROM opened WHERE view_at < getvariable('ends_at')::TIMESTAMP
)
SELECT row_number() OVER (ORDER BY view_at, y) AS n, session, user_n, ip, agent, view_at AS done_at, object,
       view_at + to_milliseconds(800 + draw('batch', y, 24000)) AS receipt_at,
       CASE object WHEN 'Case' THEN (SELECT "Id" FROM cases WHERE cases.n = 1 + draw('case seen', y, getvariable('old_cases')))
                   WHEN 'Contact' THEN (SELECT "Id" FROM contacts WHERE contacts.n = 1 + draw('contact seen', y, getvariable('old_contacts')))
       END AS record_id, 300 + draw('page time', y, 2400) AS took_ms
FROM aimed
ORDER BY n;

-- listings: one row per list view opened, list_n its number; 20 to 60 cases each.
CREATE TABLE listings AS
SELECT row_number() OVER (ORDER BY done_at, n) AS n, session, user_n, ip, done_at - to_milliseconds(4000) AS done_at, 20 + draw('list rows', n, 41) AS row_count
FROM views WHERE object = 'Case' AND u('list', n) < getvariable('list_share');

-- runs: one row per report run by a manager in the first hours of the day; `exported` where it was saved as CSV.
CREATE TABLE runs AS
SELECT row_number() OVER (ORDER BY s.done_at, s.n, i) AS n, s.n AS session, s.user_n, s.ip, s.agent,
       s.done_at + to_seconds(600 + i * 1500 + draw('run at', s.x * 10 + i, 1200)) AS done_at,
       draw('report', s.x * 10 + i, 6) AS report, 120 + draw('report rows', s.x * 10 + i, 700) AS row_count,
       u('exported', s.x * 10 + i) < 0.3 AS exported
FROM sessions AS s JOIN users AS u ON u.n = s.user_n, range(3) AS r(i)
WHERE s.kind = 'ui' AND role = 'manager' AND u('run', s.x * 10 + i) < 0.7
  AND s.done_at + to_seconds(9000) < getvariable('ends_at')::TIMESTAMP;

-- calls: one row per API call. `method` is the SOAP method or the HTTP verb, `resource` the path after /services/data,
-- op the real-time operation (null: the call is no query), records the ids handed out, x a number for draws.
CREATE TABLE calls (
    done_at TIMESTAMP, session BIGINT, family VARCHAR, method VARCHAR, resource VARCHAR, entity VARCHAR, query VARCHAR, op VARCHAR,
    api_type VARCHAR, rows_total BIGINT, rows_now BIGINT, records VARCHAR, fields INTEGER, bytes BIGINT, status INTEGER, x BIGINT
);

-- telephony and softphones: a caller's number looked up, then the record fetched
INSERT INTO calls
WITH plans AS (
    SELECT s.n AS session, s.x, s.done_at, epoch_ms(until_at) - epoch_ms(s.done_at) AS length_ms,
           CASE WHEN application = 'Telephony' THEN getvariable('lookups') ELSE 12 END AS k
    FROM sessions AS s WHERE application IN ('Telephony', 'CTI Softphone')
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
    SELECT n AS session, x, done_at, date_trunc('day', done_at) AS day_at FROM sessions WHERE application = 'Data Hub'
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

-- reads, read_rows: paged queries of tools, filled by the one who reads; reads.step_ms is the pause between pages,
-- again_page the page that was asked for twice.
CREATE TABLE reads (
    read_n BIGINT, done_at TIMESTAMP, session BIGINT, family VARCHAR, object VARCHAR, query VARCHAR, fields VARCHAR[],
    page_rows BIGINT, step_ms BIGINT, again_page BIGINT, hostile BOOLEAN
);
CREATE TABLE read_rows (read_n BIGINT, pos BIGINT, record_n BIGINT, id VARCHAR);

-- jobs: bulk 2.0 query jobs over a range of creation times.
CREATE TABLE jobs (
    job_n BIGINT, done_at TIMESTAMP, session BIGINT, object VARCHAR, query VARCHAR, fields VARCHAR[], from_at TIMESTAMP,
    to_at TIMESTAMP, row_count BIGINT, page_rows BIGINT, removed BOOLEAN, hostile BOOLEAN
);
-- gets: single records fetched by the intruder.
CREATE TABLE gets (done_at TIMESTAMP, session BIGINT, object VARCHAR, record_n BIGINT, id VARCHAR);
