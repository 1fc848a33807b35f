-- Events from number {first} to before {last} of {events}, by time: six weeks in which {accounts} accounts open pages,
-- and forty of them query in pages. Names recur as in a real log: one login a day, one address an account, a few
-- clients; each act stands in three logs. Values of our own.
SELECT 'E' || i AS event,
       CASE WHEN tool THEN ['salesforce.elf.API', 'salesforce.rtem.ApiEvent', 'salesforce.elf.ApiTotalUsage'][1 + i % 3]
            ELSE ['salesforce.elf.LightningPageView', 'salesforce.rtem.LightningUriEvent', 'salesforce.elf.URI'][1 + i % 3] END AS log,
       'item' || i // 1000000 AS item, i AS row,
       done_at AS "at", '0055j00000' || lpad(account::VARCHAR, 5, '0') || 'AAA' AS actor,
       '203.0.113.' || account % 250 AS ip,
       'S' || account || '-' || day AS session, 'L' || account || '-' || day AS login,
       CASE WHEN tool THEN 'Nightly ' || account % 7 END AS client,
       CASE WHEN NOT tool THEN 'Mozilla/5.0 (Windows NT 10.0) Chrome/' || 120 + account % 6 END AS user_agent,
       CASE WHEN tool THEN CASE WHEN i % 30 < 3 THEN 'query' ELSE 'query_more' END ELSE 'page_view' END AS operation,
       'success' AS outcome, ['Contact'] AS objects,
       CASE WHEN tool AND i % 3 < 2 THEN 'SELECT Id, Email FROM Contact WHERE Region = ' || account || '-' || day END AS query,
       CASE WHEN tool THEN 2000 ELSE 1 END AS matched_rows, CASE WHEN tool THEN 2000 ELSE 1 END AS delivered_rows,
       CASE WHEN NOT tool THEN ['003' || lpad((hash(i // 3) % 1000000)::VARCHAR, 15, '0')] END AS record_ids,
       'R' || i // 3 AS request_key
FROM (SELECT *, account < 40 AS tool, TIMESTAMP '2025-06-02 06:00:00' + to_days(day) + to_milliseconds(ms) AS done_at
      FROM (SELECT i, (hash(i // 3) % {accounts})::BIGINT AS account, i * 42 // {events} AS day,
                   (i * 42 % {events}) * 36000000 // {events} AS ms
            FROM range({first}, {last}) AS t(i)))
