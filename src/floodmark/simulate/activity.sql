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

-- runs: one row per report run by a manager in the first hours of the day; `exported` where it was saved as CSV. from_n: how
-- many records of `object` lie before the first one shown; null: drawn.
CREATE TABLE runs AS
SELECT row_number() OVER (ORDER BY s.done_at, s.n, i) AS n, s.n AS session, s.user_n, s.ip, s.agent,
       s.done_at + to_seconds(600 + i * 1500 + draw('run at', s.x * 10 + i, 1200)) AS done_at,
       draw('report', s.x * 10 + i, 6) AS report, 120 + draw('report rows', s.x * 10 + i, 700) AS row_count,
       u('exported', s.x * 10 + i) < 0.3 AS exported, CASE WHEN draw('report', s.x * 10 + i, 6) < 3 THEN 'Contact' ELSE 'Case' END AS object,
       NULL::BIGINT AS from_n
FROM sessions AS s JOIN users AS u ON u.n = s.user_n, range(3) AS r(i)
WHERE s.kind = 'ui' AND role = 'manager' AND u('run', s.x * 10 + i) < 0.7
  AND s.done_at + to_seconds(9000) < getvariable('ends_at')::TIMESTAMP;
