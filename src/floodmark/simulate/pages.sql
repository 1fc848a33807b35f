-- Adds the calls of all paged reads and of all bulk jobs.
INSERT INTO calls
WITH sized AS (
    SELECT r.*, coalesce(s.total, 0) AS total, CASE WHEN regexp_matches(query, '(?i)^SELECT COUNT\(\)') THEN 1 ELSE 0 END AS counts
    FROM reads AS r LEFT JOIN (SELECT read_n, count(*) AS total FROM read_rows GROUP BY read_n) AS s USING (read_n)
), pages AS (
    SELECT s.*, page, 0 AS again FROM sized AS s,
           unnest(range(CASE WHEN counts = 1 THEN 1 ELSE greatest(1, least((total + page_rows - 1) // page_rows, coalesce(page_limit, total))) END)) AS p(page)
    UNION ALL
    SELECT s.*, again_page, 1 FROM sized AS s WHERE again_page IS NOT NULL AND again_page * page_rows < total
), handed AS (
    SELECT read_n, pos // page_rows AS page, count(*) AS k,
           string_agg('{"attributes":{"type":"' || object || '"},"Id":"' || id || '"}', ',' ORDER BY pos) AS records
    FROM read_rows JOIN reads USING (read_n) WHERE NOT regexp_matches(query, '(?i)^SELECT COUNT\(\)')
    GROUP BY read_n, page
)
SELECT p.done_at + to_milliseconds(page * step_ms + again * (step_ms * 2 // 5) + draw('page ms', read_n * 100000 + page * 2 + again, 300)), session, family,
       CASE WHEN family = 'REST' THEN 'GET' WHEN page = 0 THEN 'query' ELSE 'queryMore' END,
       CASE WHEN family <> 'REST' THEN CASE WHEN page = 0 THEN 'query' ELSE 'queryMore' END
            WHEN page = 0 THEN '/v58.0/query' ELSE '/v58.0/query/' || id18('01g', 500 + read_n) || '-' || page * page_rows END,
       object, query, CASE WHEN page = 0 THEN 'Query' ELSE 'QueryMore' END,
       CASE family WHEN 'REST' THEN 'REST' ELSE 'SOAP Partner' END, total, coalesce(k, 0),
       '{"totalSize":' || total || ',"done":' || CASE WHEN counts = 1 OR (page + 1) * page_rows >= total THEN 'true' ELSE 'false' END
           || ',"records":[' || coalesce(records, '') || ']}',
       len(fields), 420 + coalesce(k, 0) * (40 + 24 * len(fields)), 200, 9000000000000 + read_n * 100000 + page * 2 + again
FROM pages AS p LEFT JOIN handed AS h USING (read_n, page);

-- job_rows: the status rows of each bulk job; job_pages: its result downloads.
CREATE TABLE job_rows AS
SELECT j.*, step, id18('750', 40 + job_n * 3) AS job_id,
       CASE step WHEN 0 THEN 'UploadComplete' WHEN 1 THEN 'InProgress' WHEN 2 THEN 'InProgress' WHEN 3 THEN 'JobComplete' ELSE 'Deleted' END AS status,
       CASE step WHEN 1 THEN row_count * 2 // 5 WHEN 2 THEN row_count * 4 // 5 WHEN 3 THEN row_count END AS processed,
       j.done_at + to_milliseconds([900, 4000, 9000 + row_count // 20, 15000 + row_count // 10,
           40000 + row_count // 10 + 2500 * greatest(1, (row_count + page_rows - 1) // page_rows)][step + 1]) AS step_at
FROM jobs AS j, range(5) AS r(step)
WHERE step < 4 OR removed;
CREATE TABLE job_pages AS
SELECT j.*, page, id18('750', 40 + job_n * 3) AS job_id, least(page_rows, row_count - page * page_rows) AS k,
       j.done_at + to_milliseconds(20000 + row_count // 10 + page * 2500 + draw('result ms', job_n * 100000 + page, 400)) AS page_at
FROM jobs AS j, unnest(range(greatest(1, (row_count + page_rows - 1) // page_rows))) AS p(page);
INSERT INTO calls
SELECT done_at + to_milliseconds(300), session, 'REST', 'POST', '/v58.0/jobs/query', object, NULL, NULL, 'REST', NULL, NULL, NULL, NULL, 380, 200, 8000000000000 + job_n * 100
FROM jobs
UNION ALL
SELECT step_at + to_milliseconds(700), session, 'REST', 'GET', '/v58.0/jobs/query/' || job_id, object, NULL, NULL, 'REST', NULL, NULL, NULL, NULL, 410, 200, 8000000000000 + job_n * 100 + 1 + step
FROM job_rows WHERE step BETWEEN 1 AND 3
UNION ALL
SELECT step_at - to_milliseconds(50), session, 'REST', 'DELETE', '/v58.0/jobs/query/' || job_id, object, NULL, NULL, 'REST', NULL, NULL, NULL, NULL, 0, 204, 8000000000000 + job_n * 100 + 9
FROM job_rows WHERE step = 4
UNION ALL
SELECT page_at, session, 'REST', 'GET', '/v58.0/jobs/query/' || job_id || '/results', object, NULL, NULL, 'REST', NULL, NULL, NULL, NULL,
       k * (30 + 14 * len(fields)), 200, 7000000000000 + job_n * 100000 + page
FROM job_pages;

-- the records fetched singly
INSERT INTO calls
SELECT done_at, session, 'REST', 'GET', '/v58.0/sobjects/' || object || '/' || id, object, NULL, NULL, 'REST', 1, 1, NULL, 24, 1800 + draw('get bytes', record_n, 500), 200, 6000000000000 + coalesce(get_n * 10000000, 0) + record_n
FROM gets;

CREATE TABLE numbered_calls AS
-- op_n numbers the queries among the calls; only they are real-time events.
WITH numbered AS (
    SELECT row_number() OVER (ORDER BY done_at, x) AS n, * FROM calls
)
SELECT *, token22('request', x) AS request_id, CASE WHEN op IS NOT NULL THEN count(op) OVER (ORDER BY n) END AS op_n
FROM numbered
ORDER BY n;
DROP TABLE calls;
