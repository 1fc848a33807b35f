-- One row per person and time at which a hostile login of the plan was handed something of theirs.
WITH handed AS (
    SELECT r.done_at + to_milliseconds(pos // page_rows * step_ms) AS done_at, r.object, record_n
    FROM read_rows JOIN reads AS r USING (read_n)
    WHERE r.hostile AND NOT regexp_matches(query, '(?i)^SELECT COUNT\(\)') AND (page_limit IS NULL OR pos < page_limit * page_rows)
    UNION ALL
    SELECT page_at, 'Contact', record_n
    FROM job_pages AS p JOIN (
        SELECT job_n, c.n AS record_n, row_number() OVER (PARTITION BY job_n ORDER BY c.n) - 1 AS pos
        FROM jobs JOIN contacts AS c ON c.created_at >= from_at AND c.created_at < to_at AND c.created_at < done_at WHERE hostile) AS m
      ON m.job_n = p.job_n AND m.pos // p.page_rows = p.page
    UNION ALL
    SELECT done_at, object, record_n FROM gets WHERE hostile
    UNION ALL
    SELECT r.done_at, 'Contact', 1 + (from_n + j) % getvariable('old_contacts')
    FROM runs AS r JOIN sessions AS s ON s.n = r.session, unnest(range(row_count)) AS t(j) WHERE s.hostile
    UNION ALL
    SELECT a.done_at, 'Contact', c.n FROM aura AS a JOIN sessions AS s ON s.n = a.session JOIN contacts AS c ON c.n > from_n AND c.n <= to_n WHERE s.hostile
), persons AS (
    SELECT done_at, person FROM handed JOIN contacts ON contacts.n = record_n WHERE object = 'Contact'
    UNION ALL
    SELECT done_at, person FROM handed JOIN cases ON cases.n = record_n WHERE object = 'Case'
    UNION ALL
    SELECT v.done_at, c.person FROM views AS v JOIN sessions AS s ON s.n = v.session JOIN contacts AS c ON c."Id" = v.record_id WHERE s.hostile AND v.object = 'Contact'
    UNION ALL
    SELECT v.done_at, c.person FROM views AS v JOIN sessions AS s ON s.n = v.session JOIN cases AS c ON c."Id" = v.record_id WHERE s.hostile AND v.object = 'Case'
)
SELECT DISTINCT done_at, person::BIGINT AS person FROM persons WHERE done_at < getvariable('ends_at')::TIMESTAMP ORDER BY done_at, person
