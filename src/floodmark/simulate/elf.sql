-- One relation per event log type, named as the type: a view where a month of rows would fill the memory, so that each
-- file draws its own. done_at and n order the rows; every other column is written to the files as it stands, in this
-- order, save `hostile`, which no file shows. DB_TOTAL_TIME is in nanoseconds, RUN_TIME and CPU_TIME in milliseconds.
CREATE TABLE "API" AS
SELECT c.done_at, c.n, who.hostile, 'API' AS EVENT_TYPE, compact(c.done_at) AS "TIMESTAMP", request_id AS REQUEST_ID, getvariable('org') AS ORGANIZATION_ID, id15 AS USER_ID,
       (40 + bytes // 900 + draw('run', c.x, 60))::VARCHAR AS RUN_TIME, (10 + bytes // 3000)::VARCHAR AS CPU_TIME,
       '/services/Soap/u/58.0' AS URI, session_key AS SESSION_KEY, login_key AS LOGIN_KEY, 'Standard' AS USER_TYPE, 'S' AS REQUEST_STATUS,
       ((5 + bytes // 2500) * 1000000 + draw('db', c.x, 999999))::VARCHAR AS DB_TOTAL_TIME, 'P' AS API_TYPE, '58.0' AS API_VERSION,
       txt(client) AS CLIENT_NAME, method AS METHOD_NAME, txt(entity) AS ENTITY_NAME, txt(rows_now) AS ROWS_PROCESSED,
       (600 + length(txt(query)))::VARCHAR AS REQUEST_SIZE, txt(bytes) AS RESPONSE_SIZE, (20 + bytes // 2000)::VARCHAR AS DB_BLOCKS,
       (2 + bytes // 9000)::VARCHAR AS DB_CPU_TIME, txt(query) AS QUERY, iso_z(c.done_at) AS TIMESTAMP_DERIVED, id18 AS USER_ID_DERIVED, ip AS CLIENT_IP,
       '' AS URI_ID_DERIVED
FROM numbered_calls AS c JOIN who USING (session) WHERE family = 'SOAP';

CREATE VIEW "RestApi" AS
SELECT c.done_at, c.n, who.hostile, 'RestApi' AS EVENT_TYPE, compact(c.done_at) AS "TIMESTAMP", request_id AS REQUEST_ID, getvariable('org') AS ORGANIZATION_ID, id15 AS USER_ID,
       (25 + bytes // 900 + draw('run', c.x, 60))::VARCHAR AS RUN_TIME, (6 + bytes // 3000)::VARCHAR AS CPU_TIME, '/services/data' || resource AS URI,
       session_key AS SESSION_KEY, login_key AS LOGIN_KEY, 'Standard' AS USER_TYPE, CASE WHEN status < 300 THEN 'S' ELSE 'F' END AS REQUEST_STATUS,
       ((3 + bytes // 2500) * 1000000 + draw('db', c.x, 999999))::VARCHAR AS DB_TOTAL_TIME, '58.0' AS API_VERSION, txt(app_id) AS CONNECTED_APP_ID,
       txt(client) AS CLIENT_NAME, method AS "METHOD", 'application/json' AS MEDIA_TYPE, status::VARCHAR AS STATUS_CODE, txt(agent) AS USER_AGENT,
       txt(fields) AS NUMBER_FIELDS, txt(entity) AS ENTITY_NAME, txt(rows_now) AS ROWS_PROCESSED, (200 + length(txt(query)))::VARCHAR AS REQUEST_SIZE,
       txt(bytes) AS RESPONSE_SIZE, (12 + bytes // 2000)::VARCHAR AS DB_BLOCKS, (1 + bytes // 9000)::VARCHAR AS DB_CPU_TIME, txt(query) AS QUERY,
       iso_z(c.done_at) AS TIMESTAMP_DERIVED, id18 AS USER_ID_DERIVED, ip AS CLIENT_IP,
       CASE WHEN contains(resource, '/sobjects/') AND length(split_part(resource, '/', 5)) = 18 THEN split_part(resource, '/', 5) ELSE '' END AS URI_ID_DERIVED
FROM numbered_calls AS c JOIN who USING (session) WHERE family = 'REST';

CREATE VIEW "ApiTotalUsage" AS
SELECT c.done_at, c.n, who.hostile, 'ApiTotalUsage' AS EVENT_TYPE, compact(c.done_at) AS "TIMESTAMP", request_id AS REQUEST_ID, getvariable('org') AS ORGANIZATION_ID, id15 AS USER_ID,
       CASE WHEN contains(resource, '/jobs/query') THEN 'Bulk' ELSE family END AS API_FAMILY, CASE WHEN family = 'Bulk' THEN '40.0' ELSE '58.0' END AS API_VERSION,
       resource AS API_RESOURCE, txt(client) AS CLIENT_NAME, CASE WHEN family = 'SOAP' THEN 'POST' ELSE method END AS HTTP_METHOD, ip AS CLIENT_IP, '1' AS COUNTS_AGAINST_API_LIMIT,
       txt(app_id) AS CONNECTED_APP_ID, txt(app_name) AS CONNECTED_APP_NAME, txt(entity) AS ENTITY_NAME, status::VARCHAR AS STATUS_CODE,
       username AS USER_NAME, 'EXTERNAL_APPLICATION' AS API_CLIENT_CATEGORY, iso_z(c.done_at) AS TIMESTAMP_DERIVED, id18 AS USER_ID_DERIVED
FROM numbered_calls AS c JOIN who USING (session);

CREATE TABLE "BulkApi2" AS
SELECT step_at AS done_at, row_number() OVER (ORDER BY step_at, job_n, step) AS n, who.hostile, 'BulkApi2' AS EVENT_TYPE, compact(step_at) AS "TIMESTAMP",
       token22('bulk request', job_n * 10 + step) AS REQUEST_ID, getvariable('org') AS ORGANIZATION_ID, id15 AS USER_ID, job_id AS JOB_ID, 'query' AS OPERATION_TYPE,
       object AS ENTITY_TYPE, status AS JOB_STATUS, txt(processed) AS RECORDS_PROCESSED, CASE WHEN processed IS NULL THEN '' ELSE '0' END AS RECORDS_FAILED,
       '' AS ERROR_MESSAGE, '' AS RESULT_SIZE_MB, session_key AS SESSION_KEY, login_key AS LOGIN_KEY, ip AS CLIENT_IP, 'S' AS REQUEST_STATUS,
       iso_z(step_at) AS TIMESTAMP_DERIVED, id18 AS USER_ID_DERIVED
FROM job_rows JOIN who USING (session);

CREATE TABLE "Login" AS
SELECT s.done_at, s.n, who.hostile, 'Login' AS EVENT_TYPE, compact(s.done_at) AS "TIMESTAMP", token22('login request', s.n) AS REQUEST_ID, getvariable('org') AS ORGANIZATION_ID, id15 AS USER_ID,
       (80 + draw('login run', s.n, 200))::VARCHAR AS RUN_TIME, (20 + draw('login cpu', s.n, 40))::VARCHAR AS CPU_TIME, '/index.jsp' AS URI,
       CASE WHEN s.kind = 'failed' THEN '' ELSE session_key END AS SESSION_KEY, login_key AS LOGIN_KEY, 'Standard' AS USER_TYPE, 'Success' AS REQUEST_STATUS,
       (20000000 + draw('login db', s.n, 9999999))::VARCHAR AS DB_TOTAL_TIME, username AS USER_NAME,
       CASE WHEN s.kind = 'failed' THEN 'LOGIN_ERROR_INVALID_PASSWORD' ELSE 'LOGIN_NO_ERROR' END AS LOGIN_STATUS,
       CASE s.login_type WHEN 'Application' THEN 'A' WHEN 'Remote Access 2.0' THEN 'i' ELSE 'P' END AS LOGIN_TYPE, '' AS LOGIN_SUB_TYPE,
       s.agent AS BROWSER_TYPE, CASE s.kind WHEN 'soap' THEN 'SOAP Partner' WHEN 'rest' THEN 'REST API' ELSE '' END AS API_TYPE,
       CASE WHEN s.kind IN ('soap', 'rest') THEN '58.0' ELSE '' END AS API_VERSION, s.ip AS SOURCE_IP, '' AS FORWARDED_FOR_IP, s.ip AS CLIENT_IP,
       s.country AS COUNTRY_CODE, 'callcentre.my.salesforce.com' AS LOGIN_URL, '' AS HTTP_REFERER, 'TLSv1.3' AS TLS_PROTOCOL, 'TLS_AES_256_GCM_SHA384' AS CIPHER_SUITE,
       '0' AS USE_API_TOKEN, '' AS AUTHENTICATION_METHOD_REFERENCE, '' AS AUTHENTICATION_SERVICE_ID, '' AS AUTHENTICATION_CONTEXT_CLASS_REFERENCE,
       iso_z(s.done_at) AS TIMESTAMP_DERIVED, id18 AS USER_ID_DERIVED
FROM sessions AS s JOIN who ON who.session = s.n WHERE NOT s.silent;

CREATE TABLE "Logout" AS
SELECT until_at AS done_at, row_number() OVER (ORDER BY until_at, s.n) AS n, who.hostile, 'Logout' AS EVENT_TYPE, compact(until_at) AS "TIMESTAMP",
       token22('logout request', s.n) AS REQUEST_ID, getvariable('org') AS ORGANIZATION_ID, id15 AS USER_ID, session_key AS SESSION_KEY, login_key AS LOGIN_KEY,
       'O' AS SESSION_TYPE, '1' AS SESSION_LEVEL, CASE WHEN u('logout', s.n) < 0.7 THEN '1' ELSE '0' END AS USER_INITIATED_LOGOUT, '1007' AS APP_TYPE,
       s.agent AS BROWSER_TYPE, '' AS PLATFORM_TYPE, 'Standard' AS USER_TYPE, s.ip AS CLIENT_IP, iso_z(until_at) AS TIMESTAMP_DERIVED, id18 AS USER_ID_DERIVED
FROM sessions AS s JOIN who ON who.session = s.n
WHERE s.kind = 'ui' AND NOT s.silent AND until_at < getvariable('ends_at')::TIMESTAMP;

CREATE TABLE "Report" AS
SELECT r.done_at, r.n, who.hostile, 'Report' AS EVENT_TYPE, compact(r.done_at) AS "TIMESTAMP", token22('report request', r.n) AS REQUEST_ID, getvariable('org') AS ORGANIZATION_ID, id15 AS USER_ID,
       (300 + draw('report run', r.n, 900))::VARCHAR AS RUN_TIME, (90 + draw('report cpu', r.n, 200))::VARCHAR AS CPU_TIME, '/reports/' || id15('00O', 3 + report) AS URI,
       session_key AS SESSION_KEY, login_key AS LOGIN_KEY, 'Standard' AS USER_TYPE, 'S' AS REQUEST_STATUS, (90000000 + draw('report db', r.n, 9999999))::VARCHAR AS DB_TOTAL_TIME,
       r.object AS ENTITY_NAME, CASE WHEN exported THEN '' ELSE 'D' END AS DISPLAY_TYPE, '' AS RENDERING_TYPE, id15('00O', 3 + report) AS REPORT_ID,
       row_count::VARCHAR AS ROW_COUNT, '0' AS NUMBER_EXCEPTION_FILTERS, '3' AS NUMBER_COLUMNS, '3' AS UI_NUMBER_COLUMNS,
       (90 + draw('row size', report, 60))::VARCHAR AS AVERAGE_ROW_SIZE, '' AS SORT, CASE WHEN exported THEN 'ReportExported' ELSE 'ReportRunFromLightning' END AS ORIGIN,
       iso_z(r.done_at) AS TIMESTAMP_DERIVED, id18 AS USER_ID_DERIVED, who.ip AS CLIENT_IP, id18('00O', 3 + report) AS REPORT_ID_DERIVED
FROM runs AS r JOIN who USING (session);

CREATE TABLE "ReportExport" AS
SELECT r.done_at, r.n, who.hostile, 'ReportExport' AS EVENT_TYPE, compact(r.done_at) AS "TIMESTAMP", token22('report request', r.n) AS REQUEST_ID, getvariable('org') AS ORGANIZATION_ID, id15 AS USER_ID,
       '/services/data/v64.0/analytics/reports/' || id18('00O', 3 + report) AS URI, session_key AS SESSION_KEY, login_key AS LOGIN_KEY, 'Standard' AS USER_TYPE, r.agent AS CLIENT_INFO,
       '' AS REPORT_DESCRIPTION, who.ip AS CLIENT_IP, iso_z(r.done_at) AS TIMESTAMP_DERIVED, id18 AS USER_ID_DERIVED, id18('00O', 3 + report) AS URI_ID_DERIVED
FROM runs AS r JOIN who USING (session) WHERE exported;

CREATE TABLE "URI" AS
SELECT v.done_at, v.n, who.hostile, 'URI' AS EVENT_TYPE, compact(v.done_at) AS "TIMESTAMP", token22('page request', v.n) AS REQUEST_ID, getvariable('org') AS ORGANIZATION_ID, id15 AS USER_ID,
       took_ms::VARCHAR AS RUN_TIME, (took_ms // 4)::VARCHAR AS CPU_TIME, pick(['/setup/forcecomHomepage.apexp', '/005', '/setup/org/orgsetup.jsp', '/0DS'], 'setup page', v.n) AS URI,
       session_key AS SESSION_KEY, login_key AS LOGIN_KEY, 'Standard' AS USER_TYPE, 'S' AS REQUEST_STATUS, (30000000 + draw('uri db', v.n, 9999999))::VARCHAR AS DB_TOTAL_TIME,
       '' AS REFERRER_URI, iso_z(v.done_at) AS TIMESTAMP_DERIVED, id18 AS USER_ID_DERIVED, who.ip AS CLIENT_IP, '' AS URI_ID_DERIVED
FROM views AS v JOIN who USING (session) WHERE object = 'Setup';

CREATE VIEW "LightningPageView" AS
SELECT v.done_at, v.n, who.hostile, 'LightningPageView' AS EVENT_TYPE, compact(v.done_at) AS "TIMESTAMP", token22('page request', v.n) AS REQUEST_ID, getvariable('org') AS ORGANIZATION_ID, id15 AS USER_ID,
       session_key AS SESSION_KEY, login_key AS LOGIN_KEY, 'Standard' AS USER_TYPE, 'one:one' AS APP_NAME, 'WIFI' AS CONNECTION_TYPE, took_ms::VARCHAR AS DURATION,
       took_ms::VARCHAR AS EFFECTIVE_PAGE_TIME, (epoch_ms(v.done_at) - 0)::VARCHAR AS PAGE_START_TIME, record_id AS PAGE_ENTITY_ID, object AS PAGE_ENTITY_TYPE,
       '/lightning/r/' || object || '/' || record_id || '/view' AS PAGE_URL, who.agent AS USER_AGENT, iso_z(v.done_at) AS TIMESTAMP_DERIVED, id18 AS USER_ID_DERIVED, who.ip AS CLIENT_IP
FROM views AS v JOIN who USING (session) WHERE object <> 'Setup';

CREATE TABLE "AuraRequest" AS
SELECT a.done_at, row_number() OVER (ORDER BY a.done_at, a.x) AS n, who.hostile, 'AuraRequest' AS EVENT_TYPE, compact(a.done_at) AS "TIMESTAMP", token22('aura request', a.x) AS REQUEST_ID,
       getvariable('org') AS ORGANIZATION_ID, id15 AS USER_ID, (30 + draw('aura run', a.x, 300))::VARCHAR AS RUN_TIME, (8 + draw('aura cpu', a.x, 60))::VARCHAR AS CPU_TIME,
       CASE WHEN role = 'guest' THEN '/s/sfsites/aura' ELSE '/aura' END AS URI, session_key AS SESSION_KEY, login_key AS LOGIN_KEY,
       CASE WHEN role = 'guest' THEN 'Guest' ELSE 'Standard' END AS USER_TYPE, 'S' AS REQUEST_STATUS, (4000000 + draw('aura db', a.x, 9999999))::VARCHAR AS DB_TOTAL_TIME,
       '1$' || action || '=' || (3 + draw('aura action', a.x, 90)) AS ACTION_MESSAGE, who.agent AS USER_AGENT, 'POST' AS REQUEST_METHOD,
       iso_z(a.done_at) AS TIMESTAMP_DERIVED, id18 AS USER_ID_DERIVED, who.ip AS CLIENT_IP, '' AS URI_ID_DERIVED
FROM aura AS a JOIN who USING (session);
