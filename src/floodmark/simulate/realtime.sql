-- One relation per real-time event, a view where there may be millions: n orders, done_at says when, j is the record as
-- JSON text. Records is JSON inside a string.
CREATE VIEW rt_api AS
SELECT op_n AS n, c.done_at, who.hostile,
       to_json({'attributes': {'type': 'ApiEvent', 'url': '/services/data/v58.0/sobjects/ApiEvent/' || uuid_of('api event', c.x)},
                'EventIdentifier': uuid_of('api event', c.x), 'EventDate': iso_offset(c.done_at), 'CreatedDate': iso_offset(date_trunc('second', c.done_at) + INTERVAL 4 SECOND),
                'UserId': id18, 'Username': username, 'SourceIp': ip, 'SessionKey': session_key, 'LoginKey': login_key, 'LoginHistoryId': login_history_id,
                'SessionLevel': 'STANDARD', 'Application': coalesce(app_name, client), 'Client': client, 'ConnectedAppId': app_id, 'UserAgent': agent,
                'ApiType': api_type, 'ApiVersion': 58.0::DOUBLE, 'Operation': op, 'QueriedEntities': entity, 'Query': query,
                'RowsReturned': rows_now::DOUBLE, 'RowsProcessed': rows_total::DOUBLE, 'Records': records, 'ElapsedTime': 40 + bytes // 900, 'EvaluationTime': 0,
                'RequestIdentifier': request_id, 'RelatedEventIdentifier': NULL::VARCHAR, 'PolicyId': NULL::VARCHAR, 'PolicyOutcome': NULL::VARCHAR,
                'AdditionalInfo': '{}', 'Platform': 'Unknown'})::VARCHAR AS j
FROM numbered_calls AS c JOIN who USING (session) WHERE op IS NOT NULL;

CREATE TABLE rt_bulk AS
SELECT p.page_at AS done_at, row_number() OVER (ORDER BY page_at, job_n, page) AS n, who.hostile, uuid_of('bulk event', job_n * 100000 + page) AS "EventIdentifier", iso_offset(page_at) AS "EventDate", id18 AS "UserId",
       username AS "Username", ip AS "SourceIp", session_key AS "SessionKey", login_key AS "LoginKey", login_history_id AS "LoginHistoryId", 'STANDARD' AS "SessionLevel",
       query AS "Query", '' AS "PolicyId", '' AS "PolicyOutcome", '0' AS "EvaluationTime", '' AS "RelatedEventIdentifier"
FROM job_pages AS p JOIN who USING (session) ORDER BY n;

CREATE TABLE rt_login AS
SELECT row_number() OVER (ORDER BY s.n) AS n, s.done_at, who.hostile,
       to_json({'attributes': {'type': 'LoginEvent', 'url': '/services/data/v58.0/sobjects/LoginEvent/' || uuid_of('login event', s.n)},
                'EventIdentifier': uuid_of('login event', s.n), 'EventDate': iso_offset(s.done_at), 'CreatedDate': iso_offset(date_trunc('second', s.done_at) + INTERVAL 3 SECOND), 'UserId': id18, 'Username': username,
                'UserType': 'Standard', 'Application': s.application, 'LoginType': s.login_type, 'LoginSubType': NULL::VARCHAR,
                'Status': CASE WHEN s.kind = 'failed' THEN 'Invalid Password' ELSE 'Success' END, 'SourceIp': s.ip, 'ForwardedForIp': NULL::VARCHAR, 'Browser': s.agent,
                'Platform': CASE WHEN s.kind IN ('ui', 'failed') THEN 'Windows 10' ELSE 'Unknown' END, 'ClientVersion': 'N/A',
                'ApiType': CASE s.kind WHEN 'soap' THEN 'SOAP Partner' WHEN 'rest' THEN 'REST API' ELSE 'N/A' END, 'ApiVersion': CASE WHEN s.kind IN ('soap', 'rest') THEN '58.0' ELSE 'N/A' END,
                'AuthMethodReference': NULL::VARCHAR, 'AuthServiceId': NULL::VARCHAR, 'CountryIso': s.country, 'LoginKey': login_key,
                'SessionKey': NULL::VARCHAR, 'SessionLevel': 'STANDARD', 'LoginHistoryId': login_history_id, 'LoginUrl': 'callcentre.my.salesforce.com',
                'TlsProtocol': 'TLS 1.3', 'CipherSuite': 'TLS_AES_256_GCM_SHA384', 'HttpMethod': 'POST', 'AdditionalInfo': '{}'})::VARCHAR AS j
FROM sessions AS s JOIN who ON who.session = s.n
WHERE NOT s.silent
ORDER BY 1;

CREATE TABLE rt_report AS
WITH rows_of AS (
    SELECT r.n, j, CASE r.object WHEN 'Contact' THEN c."Id" ELSE k."Id" END AS first_id, CASE r.object WHEN 'Contact' THEN c."AccountId" ELSE txt(k."ContactId") END AS second_id
    FROM runs AS r, unnest(range(r.row_count)) AS t(j)
    JOIN contacts AS c ON c.n = 1 + (coalesce(r.from_n, draw('report from', r.n, getvariable('old_contacts'))) + j) % getvariable('old_contacts')
    JOIN cases AS k ON k.n = 1 + (draw('report from', r.n, getvariable('old_cases')) + j) % getvariable('old_cases')
), chunks AS (
    SELECT n, j // 300 AS chunk, count(*) AS k, string_agg('{"datacells":["' || first_id || '","' || second_id || '"]}', ',' ORDER BY j) AS cells
    FROM rows_of GROUP BY n, chunk
)
SELECT r.n * getvariable('chunk_room') + chunk AS n, r.done_at, who.hostile,
       to_json({'EventIdentifier': uuid_of('report event', r.n * getvariable('chunk_room') + chunk), 'EventDate': iso_z(r.done_at + to_milliseconds(900 + chunk * 400)), 'UserId': id18, 'Username': username, 'SourceIp': who.ip,
                'SessionKey': session_key, 'LoginKey': login_key, 'LoginHistoryId': login_history_id, 'SessionLevel': 'STANDARD',
                'ExecutionIdentifier': uuid_of('report run', r.n), 'Sequence': chunk + 1, 'Operation': CASE WHEN exported THEN 'ReportExported' ELSE 'ReportRunFromLightning' END,
                'EventSource': 'Lightning', 'ReportId': id18('00O', 3 + report), 'Name': ['Contacts by country', 'New contacts', 'Contacts by tier', 'Open cases', 'Cases by queue', 'Ageing', 'New report'][1 + least(report, 6)],
                'ColumnHeaders': CASE r.object WHEN 'Contact' THEN '[Contact.Name, Contact.Email, Account.Name]' ELSE '[Case.CaseNumber, Case.Subject, Contact.Name]' END,
                'DisplayedFieldEntities': CASE r.object WHEN 'Contact' THEN 'Contact, Account' ELSE 'Case, Contact' END,
                'QueriedEntities': CASE r.object WHEN 'Contact' THEN 'Contact, Account' ELSE 'Case, Contact' END, 'GroupedColumnHeaders': '[]', 'NumberOfColumns': 3,
                'Format': 'Tabular', 'RowsProcessed': row_count::DOUBLE, 'Scope': 'organization', 'IsScheduled': false, 'ExportFileFormat': CASE WHEN exported THEN 'CSV' END,
                'Records': '{"totalSize":' || k || ',"rows":[' || cells || ']}', 'PolicyId': NULL::VARCHAR, 'PolicyOutcome': NULL::VARCHAR})::VARCHAR AS j
FROM runs AS r JOIN chunks USING (n) JOIN who USING (session)
ORDER BY n;

CREATE TABLE rt_list AS
WITH rows_of AS (
    SELECT l.n, j, k."Id" AS case_id, txt(k."ContactId") AS contact_id
    FROM listings AS l, unnest(range(l.row_count)) AS t(j)
    JOIN cases AS k ON k.n = 1 + (draw('list from', l.n, getvariable('old_cases')) + j * 3) % getvariable('old_cases')
), chunks AS (
    SELECT n, j // 50 AS chunk, count(*) AS k, string_agg('{"datacells":["' || case_id || '","' || contact_id || '"]}', ',' ORDER BY j) AS cells
    FROM rows_of GROUP BY n, chunk
)
SELECT l.n * 10 + chunk AS n, l.done_at, who.hostile,
       to_json({'attributes': {'type': 'ListViewEvent'}, 'EventIdentifier': uuid_of('list event', l.n * 10 + chunk), 'EventDate': iso_offset(l.done_at + to_milliseconds(chunk * 200)), 'UserId': id18,
                'Username': username, 'SourceIp': who.ip, 'SessionKey': session_key, 'LoginKey': login_key, 'LoginHistoryId': login_history_id, 'SessionLevel': 'STANDARD',
                'ExecutionIdentifier': uuid_of('list run', l.n), 'Sequence': chunk + 1, 'ListViewId': id18('00B', 5), 'DeveloperName': 'My_Open_Cases', 'Name': 'My Open Cases',
                'AppName': 'one:one', 'EventSource': 'Lightning', 'QueriedEntities': 'Case', 'ColumnHeaders': '[CaseNumber, Subject, Contact.Name]', 'DisplayedFieldEntities': 'Case, Contact',
                'NumberOfColumns': 3, 'OrderBy': '[CaseNumber DESC NULLS LAST, Id ASC NULLS FIRST]', 'Scope': 'Mine',
                'FilterCriteria': '{"whereCondition":{"type":"soqlCondition","field":"IsClosed","operator":"equals","values":["false"]}}',
                'RowsProcessed': row_count::DOUBLE, 'Records': '{"totalSize":' || k || ',"rows":[' || cells || ']}', 'PolicyId': NULL::VARCHAR, 'PolicyOutcome': NULL::VARCHAR})::VARCHAR AS j
FROM listings AS l JOIN chunks USING (n) JOIN who USING (session)
ORDER BY n;

CREATE VIEW rt_uri AS
SELECT v.n, v.receipt_at AS done_at, who.hostile,
       to_json({'EventIdentifier': uuid_of('uri event', v.n), 'EventDate': iso_z(receipt_at), 'CreatedDate': iso_z(receipt_at + INTERVAL 2 SECOND), 'UserId': id18, 'Username': username,
                'SourceIp': who.ip, 'SessionKey': session_key, 'LoginKey': login_key, 'LoginHistoryId': login_history_id, 'SessionLevel': 'STANDARD', 'AppName': 'one:one',
                'Operation': 'Read', 'QueriedEntities': object, 'RecordId': record_id, 'PageUrl': '/lightning/r/' || object || '/' || record_id || '/view',
                'PageStartTime': iso_z(v.done_at), 'Duration': took_ms::DOUBLE, 'UserAgent': who.agent, 'PolicyId': NULL::VARCHAR})::VARCHAR AS j
FROM views AS v JOIN who USING (session) WHERE object <> 'Setup';

CREATE TABLE login_history AS
SELECT s.n, s.done_at, who.hostile, login_history_id AS "Id", id18 AS "UserId", iso_offset(date_trunc('second', s.done_at)) AS "LoginTime", s.ip AS "SourceIp", s.login_type AS "LoginType", '' AS "LoginSubType",
       s.application AS "Application", 'N/A' AS "ClientVersion", s.agent AS "Browser", CASE WHEN s.kind IN ('ui', 'failed') THEN 'Windows 10' ELSE 'Unknown' END AS "Platform",
       CASE s.kind WHEN 'soap' THEN 'SOAP Partner' WHEN 'rest' THEN 'REST API' ELSE 'N/A' END AS "ApiType", CASE WHEN s.kind IN ('soap', 'rest') THEN '58.0' ELSE 'N/A' END AS "ApiVersion",
       CASE WHEN s.kind = 'failed' THEN 'Invalid Password' ELSE 'Success' END AS "Status", 'callcentre.my.salesforce.com' AS "LoginUrl", s.country AS "CountryIso",
       '' AS "AuthenticationServiceId", '' AS "AuthMethodReference", 'TLS 1.3' AS "TlsProtocol", 'TLS_AES_256_GCM_SHA384' AS "CipherSuite", '' AS "NetworkId"
FROM sessions AS s JOIN who ON who.session = s.n
WHERE NOT s.silent
ORDER BY s.n;

-- What follows from a page of the set-up, where the tenant does not book its changes itself, and the changes.
CREATE TABLE setup_trail AS
WITH shown AS (
    SELECT n, done_at, user_n, ['PermSetAssign', 'resetpassword', 'changedReport', 'frozeuser', 'insertConnectedApplication'][1 + a] AS action,
           ['Manage Users', 'Manage Users', 'Customize', 'Manage Users', 'Connected Apps'][1 + a] AS section,
           ['Assigned permission set "Call Agent" to a user', 'Reset password for a user', 'Changed report folder sharing', 'Froze user', 'For connected application Wallboard, inserted'][1 + a] AS display,
           false AS hostile
    FROM (SELECT *, CASE WHEN u('app inserted', n) < 0.03 THEN 4 ELSE draw('setup act', n, 4) END AS a FROM views
          WHERE object = 'Setup' AND u('setup', n) < 0.2 AND getvariable('keyed_by_x') IS NULL)
    UNION ALL
    SELECT getvariable('first_change') + row_number() OVER (ORDER BY done_at, x), done_at, user_n, action, section, display, hostile FROM changes
)
SELECT c.n, c.done_at, c.hostile, id18('0Ym', c.n) AS "Id", iso_offset(date_trunc('second', c.done_at)) AS "CreatedDate", u.id18 AS "CreatedById", '' AS "CreatedByContext", '' AS "CreatedByIssuer",
       action AS "Action", section AS "Section", display AS "Display", '' AS "DelegateUser", '' AS "ResponsibleNamespacePrefix"
FROM shown AS c JOIN users AS u ON u.n = c.user_n
ORDER BY c.n;

-- The identity provider's log, where the tenant has one: one LogEvent each.
CREATE VIEW okta AS
SELECT row_number() OVER (ORDER BY i.done_at, i.x) AS n, i.done_at, i.hostile,
       to_json({'uuid': uuid_of('okta event', i.x), 'published': iso_z(i.done_at), 'eventType': i.event_type, 'version': '0',
                'severity': CASE WHEN i.outcome IN ('SUCCESS', 'ALLOW') THEN 'INFO' ELSE 'WARN' END, 'legacyEventType': NULL::VARCHAR,
                'displayMessage': replace(replace(i.event_type, '.', ' '), '_', ' '),
                'outcome': {'result': i.outcome, 'reason': CASE WHEN i.outcome = 'FAILURE' THEN 'INVALID_CREDENTIALS' END},
                'actor': {'id': '00u' || substr(md5(a.username), 1, 17), 'type': 'User', 'alternateId': a.username, 'displayName': split_part(a.username, '@', 1), 'detailEntry': NULL::VARCHAR},
                'client': {'ipAddress': i.ip, 'userAgent': {'rawUserAgent': i.agent, 'os': CASE WHEN contains(i.agent, 'Windows') THEN 'Windows 10' ELSE 'Unknown' END,
                           'browser': CASE WHEN contains(i.agent, 'Firefox') THEN 'FIREFOX' WHEN contains(i.agent, 'Edg/') THEN 'EDGE' WHEN contains(i.agent, 'Chrome') THEN 'CHROME' ELSE 'UNKNOWN' END},
                           'zone': 'null', 'device': 'Computer', 'id': NULL::VARCHAR, 'geographicalContext': {'city': NULL::VARCHAR, 'state': NULL::VARCHAR, 'country': i.country}},
                'authenticationContext': {'externalSessionId': 'idx' || token22('okta session', i.actor_n || ' ' || i.ip || ' ' || i.done_at::DATE), 'authenticationStep': 0,
                                          'authenticationProvider': NULL::VARCHAR, 'credentialProvider': NULL::VARCHAR, 'credentialType': NULL::VARCHAR, 'interface': NULL::VARCHAR},
                'securityContext': {'asNumber': NULL::BIGINT, 'asOrg': NULL::VARCHAR, 'isp': NULL::VARCHAR, 'domain': NULL::VARCHAR, 'isProxy': false},
                'debugContext': {'debugData': json_merge_patch(to_json({'requestId': token22('okta request', i.x), 'dtHash': md5(i.actor_n || ' ' || i.agent), 'threatSuspected': 'false'}), i.detail::JSON)},
                'request': {'ipChain': [{'ip': i.ip, 'version': 'V4'}]},
                'target': CASE WHEN i.event_type = 'user.authentication.sso' THEN [{'id': '0oa' || substr(md5(getvariable('org')), 1, 17), 'type': 'AppInstance', 'alternateId': 'Salesforce.com', 'displayName': 'Salesforce.com'}]
                               ELSE [{'id': '00u' || substr(md5(t.username), 1, 17), 'type': 'User', 'alternateId': t.username, 'displayName': split_part(t.username, '@', 1)}] END,
                'transaction': {'id': token22('okta transaction', i.x), 'type': 'WEB'}})::VARCHAR AS j
FROM identity AS i JOIN users AS a ON a.n = i.actor_n JOIN users AS t ON t.n = coalesce(i.target_n, i.actor_n);
