-- The answer, from the simulator's own books: what it handed to the intruder, record by record, and what those
-- records held at that moment. Nothing here reads a log.
CREATE TABLE mapped AS
SELECT * FROM (VALUES
    ('Contact', 'Name', 'name', 0), ('Contact', 'FirstName', 'name', 1), ('Contact', 'LastName', 'name', 2), ('Contact', 'Email', 'email', 3),
    ('Contact', 'Phone', 'phone', 4), ('Contact', 'MobilePhone', 'phone', 5), ('Contact', 'Birthdate', 'date_of_birth', 6), ('Contact', 'Gender__c', 'gender', 7),
    ('Contact', 'MailingStreet', 'address', 8), ('Contact', 'MailingCity', 'address', 9), ('Contact', 'MailingState', 'address', 10), ('Contact', 'MailingPostalCode', 'address', 11),
    ('Contact', 'LoyaltyNumber__c', 'loyalty_number', 12), ('Contact', 'LoyaltyTier__c', 'loyalty_tier', 13), ('Contact', 'LoyaltyPoints__c', 'loyalty_points', 14),
    ('Contact', 'StatusCredits__c', 'status_credits', 15), ('Contact', 'MealPreference__c', 'meal_preference', 16), ('Contact', 'Description', 'free_text', 17),
    ('Case', 'Description', 'free_text', 18)
) AS m(object, field, category, bit);

CREATE MACRO has(value, bit) AS CASE WHEN value IS NOT NULL AND value <> '' THEN 1::BIGINT << bit ELSE 0 END;
CREATE MACRO when_any(mask, bits, category) AS CASE WHEN mask & bits <> 0 THEN 1::BIGINT << category ELSE 0 END;
-- Categories of a set of fields: name 0, email 1, phone 2, birth 3, gender 4, address 5, number 6, tier 7, points 8,
-- credits 9, meal 10, free text 11.
CREATE MACRO categories_of(mask) AS when_any(mask, 7, 0) | when_any(mask, 8, 1) | when_any(mask, 48, 2) | when_any(mask, 64, 3)
    | when_any(mask, 128, 4) | when_any(mask, 3840, 5) | when_any(mask, 4096, 6) | when_any(mask, 8192, 7) | when_any(mask, 16384, 8)
    | when_any(mask, 32768, 9) | when_any(mask, 65536, 10) | when_any(mask, 393216, 11);

CREATE TABLE held AS
SELECT 'Contact' AS object, n AS record_n, "Id" AS id, person, human, changed_since,
       1 | has("FirstName", 1) | has("LastName", 2) | has("Email", 3) | has("MobilePhone", 5) | has("Birthdate", 6) | has("Gender__c", 7) | has("MailingStreet", 8)
       | has("MailingCity", 9) | has("MailingState", 10) | has("MailingPostalCode", 11) | has("LoyaltyNumber__c", 12) | has("LoyaltyTier__c", 13) | has("LoyaltyPoints__c", 14)
       | has("StatusCredits__c", 15) | has("MealPreference__c", 16) | has("Description", 17) | has(phone_then, 4) AS then_mask
FROM contacts
UNION ALL
SELECT 'Case', n, "Id", person, person, changed_since, has("Description", 18) FROM cases
UNION ALL
SELECT 'Account', n, "Id", NULL, NULL, false, 0 FROM accounts;

-- hostile acts that are no reads of a tool, numbered by time
CREATE TABLE got AS
SELECT 'get-' || row_number() OVER (ORDER BY done_at, record_n) AS request, * FROM gets WHERE hostile;
CREATE TABLE opened AS
SELECT 'view-' || row_number() OVER (ORDER BY v.done_at, v.n) AS request, v.done_at, v.object, v.record_id AS id
FROM views AS v JOIN sessions AS s ON s.n = v.session WHERE s.hostile AND v.object <> 'Setup';
CREATE TABLE reported AS
SELECT 'report-' || row_number() OVER (ORDER BY r.done_at, r.n) AS request, r.*
FROM runs AS r JOIN sessions AS s ON s.n = r.session WHERE s.hostile;
CREATE TABLE framed AS
SELECT 'aura-' || row_number() OVER (ORDER BY a.done_at, a.x) AS request, a.*
FROM aura AS a JOIN sessions AS s ON s.n = a.session WHERE s.hostile AND to_n > from_n;

-- asked: each hostile request with the fields it named; a fetch of one record names none, so its fields are possible only
CREATE TABLE asked AS
SELECT 'read-' || read_n AS request, object, query, fields, done_at, 'query' AS kind FROM reads WHERE hostile
UNION ALL SELECT 'job-' || job_n, object, query, fields, done_at, 'bulk_query' FROM jobs WHERE hostile
UNION ALL SELECT request, object, NULL, ['Name', 'Email'], done_at, 'report' FROM reported;
CREATE TABLE asked_mask AS
SELECT request, a.object, coalesce(bit_or(1::BIGINT << bit), 0) AS mask
FROM asked AS a LEFT JOIN mapped AS m ON m.object = a.object AND list_contains(a.fields, m.field)
GROUP BY request, a.object;

-- handed: one row per request and record that left the platform. named: the log names the fields; null: no log tells anything
-- of the record.
CREATE TABLE handed AS
SELECT 'read-' || read_n AS request, r.object, record_n, true AS named
FROM read_rows JOIN reads AS r USING (read_n)
WHERE hostile AND NOT regexp_matches(query, '(?i)^SELECT COUNT\(\)') AND (page_limit IS NULL OR pos < page_limit * page_rows)
UNION ALL
SELECT 'job-' || job_n, object, c.n, true FROM jobs JOIN contacts AS c ON c.created_at >= from_at AND c.created_at < to_at AND c.created_at < done_at WHERE hostile
UNION ALL
SELECT request, 'Contact', 1 + (from_n + j) % getvariable('old_contacts'), true FROM reported, unnest(range(row_count)) AS t(j)
UNION ALL
SELECT request, object, record_n, false FROM got
UNION ALL
SELECT request, o.object, h.record_n, false FROM opened AS o JOIN held AS h ON h.object = o.object AND h.id = o.id
UNION ALL
SELECT request, 'Contact', c.n, NULL FROM framed JOIN contacts AS c ON c.n > from_n AND c.n <= to_n;

-- taken: per record, the fields whose values surely left (sure), may have left (possible), did leave (truth). A record
-- changed after the event shows today's values only, so each field asked of it is possible, on file now or not.
CREATE TABLE taken AS
SELECT h.object, h.record_n, b.id, b.person, b.human, b.changed_since, then_mask,
       bit_or(CASE WHEN named AND NOT changed_since THEN coalesce(mask, 0) & then_mask ELSE 0 END) AS sure,
       bit_or(CASE WHEN NOT named THEN then_mask WHEN changed_since THEN coalesce(mask, 0) ELSE 0 END) AS possible,
       bit_or(CASE WHEN named THEN coalesce(mask, 0) & then_mask ELSE then_mask END) AS truth,
       string_agg(DISTINCT h.request, ';' ORDER BY h.request) AS requests
FROM handed AS h JOIN held AS b ON b.object = h.object AND b.record_n = h.record_n
LEFT JOIN asked_mask AS a ON a.request = h.request
GROUP BY h.object, h.record_n, b.id, b.person, b.human, b.changed_since, then_mask;

CREATE TABLE people_taken AS
SELECT person, bit_or(categories_of(sure)) AS sure, bit_or(categories_of(possible)) & ~bit_or(categories_of(sure)) AS possible, bit_or(categories_of(truth)) AS truth
FROM taken WHERE object <> 'Account' GROUP BY person;

-- record_key: one row per record handed out, with the names of its fields, separated by semicolons.
CREATE VIEW record_key AS
SELECT t.object, t.id, t.person,
       txt(array_to_string(list_transform(m.fields, lambda f: CASE WHEN t.sure & (1::BIGINT << f.bit) <> 0 THEN f.field END), ';')) AS fields,
       txt(array_to_string(list_transform(m.fields, lambda f: CASE WHEN t.possible & ~t.sure & (1::BIGINT << f.bit) <> 0 THEN f.field END), ';'))
           AS possible_fields,
       t.changed_since, t.requests
FROM taken AS t LEFT JOIN (SELECT object, list({'field': field, 'bit': bit} ORDER BY bit) AS fields FROM mapped GROUP BY object) AS m ON m.object = t.object
ORDER BY t.object, t.record_n;

-- request_key: one row per hostile act of reading, by time; row_count is the records that it handed out.
CREATE VIEW request_key AS
SELECT a.request, CASE WHEN contains(query, 'COUNT()') THEN 'aggregate' ELSE a.kind END AS kind, a.object, a.query, NULL AS path,
       a.fields, a.done_at, coalesce(h.row_count, 0) AS row_count
FROM asked AS a LEFT JOIN (SELECT request, count(*) AS row_count FROM handed GROUP BY request) AS h ON h.request = a.request
UNION ALL
SELECT request, 'record', object, NULL, '/sobjects/' || object || '/' || id, [], done_at, 1 FROM got
UNION ALL
SELECT request, 'page_view', object, NULL, '/lightning/r/' || object || '/' || id || '/view', [], done_at, 1 FROM opened
UNION ALL
SELECT request, 'unseen', 'Contact', NULL, action, [], done_at, to_n - from_n FROM framed
ORDER BY 7, 1;

-- hostile_sessions and extent: the intruder's sessions, and the first and last thing they did.
CREATE VIEW hostile_sessions AS
SELECT w.session_key, w.login_key, w.ip, s.n FROM who AS w JOIN sessions AS s ON s.n = w.session WHERE s.hostile ORDER BY s.n;
CREATE VIEW extent AS
SELECT iso_z(min(t.done_at)) AS from_at, iso_z(max(t.done_at)) AS to_at FROM (
    SELECT done_at FROM sessions WHERE hostile
    UNION ALL SELECT c.done_at FROM numbered_calls AS c JOIN sessions AS s ON s.n = c.session WHERE s.hostile
    UNION ALL SELECT done_at FROM opened UNION ALL SELECT done_at FROM reported
    UNION ALL SELECT a.done_at FROM aura AS a JOIN sessions AS s ON s.n = a.session WHERE s.hostile
    UNION ALL SELECT step_at FROM job_rows WHERE hostile) AS t;

-- residence_key: per country, the persons with a sure value who have a record there; null: none of their records says.
CREATE VIEW residence_key AS
WITH homes AS (
    SELECT person, list(DISTINCT "MailingCountry") FILTER ("MailingCountry" IS NOT NULL) AS countries FROM contacts GROUP BY person
), spread AS (
    SELECT p.person, unnest(CASE WHEN coalesce(len(h.countries), 0) = 0 THEN [NULL] ELSE h.countries END) AS country
    FROM people_taken AS p LEFT JOIN homes AS h USING (person) WHERE sure <> 0
)
SELECT country, count(*) AS people FROM spread GROUP BY country ORDER BY country NULLS FIRST;

-- mask_key: (sure, possible only, truth) -> persons.
CREATE VIEW mask_key AS
SELECT sure, possible, truth, count(*) AS people FROM people_taken GROUP BY ALL ORDER BY ALL;

-- trace_key: which row of which log tells what of which request. A row tells `text` (the query), `count` (how many rows
-- it had in all), `page` (that page number `page` was handed out), `ids` (the records of that page) or `record` (the one
-- record fetched). The numbers x of the calls say which read, job or fetch they belong to (pages.sql). Rows that tell
-- nothing of their request are left out.
CREATE VIEW trace_key AS
WITH told AS (
    SELECT 'read-' || read_n AS request, read_n, done_at, (x - 9000000000000) % 100000 // 2 AS page, family, rows_now
    FROM (SELECT *, (x - 9000000000000) // 100000 AS read_n FROM numbered_calls WHERE x >= 9000000000000)
)
SELECT request, CASE WHEN t.family = 'SOAP' THEN 'API' ELSE 'RestApi' END AS log, t.done_at, page, unnest(['text', 'count', 'page']) AS tells
FROM told AS t JOIN reads USING (read_n) WHERE hostile
UNION ALL
SELECT request, 'ApiEvent', t.done_at, page, unnest(['text', 'count', 'page', 'ids']) FROM told AS t JOIN reads USING (read_n) WHERE hostile
UNION ALL
SELECT 'job-' || job_n, 'BulkApi2', step_at, NULL, 'count' FROM job_rows WHERE hostile AND step = 3
UNION ALL
SELECT 'job-' || job_n, 'BulkApiResultEventStore', page_at, page, unnest(['text', 'page']) FROM job_pages WHERE hostile
UNION ALL
SELECT 'job-' || job_n, unnest(['ApiTotalUsage', 'RestApi']), page_at, page, 'page' FROM job_pages WHERE hostile
UNION ALL
SELECT request, unnest(['ApiTotalUsage', 'RestApi']), done_at, NULL, 'record' FROM got
UNION ALL
SELECT request, unnest(['LightningPageView', 'LightningUriEvent']), done_at, NULL, 'record' FROM opened
UNION ALL
SELECT request, 'Report', done_at, NULL, 'count' FROM reported
UNION ALL
SELECT request, 'ReportEvent', done_at, page, unnest(['text', 'count', 'page', 'ids'])
FROM reported, unnest(range((row_count + 299) // 300)) AS t(page)
ORDER BY 3, 1, 2, 4, 5;
