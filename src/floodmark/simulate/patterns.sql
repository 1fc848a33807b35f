-- drafts, with the twelve combinations of values of the published case: customers / 570 people per part. `span` is the
-- range of creation times that one extraction job reads; each job selects other fields, so that some values on file
-- were never selected. Span 0 is older than all jobs.
CREATE TABLE patterns AS
SELECT * FROM (VALUES
    -- pattern, first part, parts, number, tier, points, address, dob, phone, gender, spans that select all of it
    (1, 0, 120, false, false, false, false, false, false, false, [1, 4, 5]),
    (2, 120, 90, true, false, false, false, false, false, false, [2, 4]),
    (3, 210, 140, true, true, false, false, false, false, false, [3, 4]),
    (4, 350, 50, true, true, true, false, false, false, false, [3, 4]),
    (5, 400, 30, false, false, false, true, true, true, true, [4, 5]),
    (6, 430, 30, false, false, false, true, true, true, false, [4, 5]),
    (7, 460, 25, false, false, false, true, true, false, false, [4, 5]),
    (8, 485, 15, false, false, false, false, true, false, false, [4, 5]),
    (9, 500, 30, false, false, false, true, false, false, false, [4, 5]),
    (10, 530, 15, false, false, false, true, false, true, false, [4, 5]),
    (11, 545, 15, false, false, false, false, false, true, false, [4, 5]),
    (12, 560, 10, false, false, false, false, true, false, true, [4, 5])
) AS p(pattern, first_part, parts, number, tier, points, address, dob, phone, gender, spans);

CREATE TABLE spans AS
SELECT * FROM (VALUES
    (0, TIMESTAMP '2006-01-01', TIMESTAMP '2009-01-01'), (1, TIMESTAMP '2009-01-01', TIMESTAMP '2014-01-01'),
    (2, TIMESTAMP '2014-01-01', TIMESTAMP '2018-01-01'), (3, TIMESTAMP '2018-01-01', TIMESTAMP '2021-01-01'),
    (4, TIMESTAMP '2021-01-01', TIMESTAMP '2023-01-01'), (5, TIMESTAMP '2023-01-01', TIMESTAMP '2025-06-27')
) AS s(span, starts_at, ends_at);

CREATE TABLE drafts AS
WITH placed AS (
    -- a walk with a prime step spreads the patterns over the numbers and visits each once
    SELECT k, ((k * 1000003) % getvariable('customers')) // (getvariable('customers') // 570) AS part
    FROM range(getvariable('customers')) AS r(k)
), people AS (
    SELECT k, part, p.*, pick(p.spans, 'span', k) AS own_span
    FROM placed JOIN patterns AS p ON part >= p.first_part AND part < p.first_part + p.parts
), copies AS (
    SELECT *, 0 AS copy, 'main' AS kind, own_span AS span FROM people
    UNION ALL
    SELECT *, 1, 'duplicate', CASE WHEN u('copy span', k) < 0.5 THEN own_span ELSE 4 END FROM people WHERE k % 19 = 7
), shared AS (
    -- half of the pairs split the values between the two records, so that only both together show the pattern
    SELECT *, k * 4 + copy AS x,
           CASE WHEN k % 19 <> 7 OR u('split', k) < 0.5 THEN -1 ELSE copy END AS part_of
    FROM copies
), others AS (
    SELECT getvariable('customers') * (2 + j) + i AS k, ['unkeyed', 'late', 'old'][1 + j] AS kind
    FROM range(greatest(getvariable('customers') // 190, 1)) AS r(i), range(3) AS t(j)
), drawn AS (
    SELECT x, k, copy, kind, pattern, span,
           number AND part_of <> 1 OR span IN (1, 5) AND u('more number', x) < 0.3 AS has_number,
           tier AND part_of <> 0 OR span IN (1, 2, 5) AND u('more tier', x) < 0.25 AS has_tier,
           points AND part_of <> 1 OR span IN (1, 2, 5) AND u('more points', x) < 0.15 AS has_points,
           address AND part_of <> 0 OR span IN (1, 2, 3) AND u('more address', x) < 0.2 AS has_address,
           dob AND part_of <> 1 OR span IN (1, 2, 3) AND u('more dob', x) < 0.3 AS has_dob,
           phone AND part_of <> 0 OR span IN (1, 2, 3) AND u('more phone', x) < 0.4 AS has_phone,
           gender AND part_of <> 1 OR span IN (1, 2, 3) AND u('more gender', x) < 0.2 AS has_gender,
           part = 400 AND part_of <> 0 OR span IN (1, 2, 3) AND u('more meal', x) < 0.02 AS has_meal
    FROM shared
    UNION ALL
    SELECT k * 4, k, 0, kind, 0, 0, u('number', k) < 0.5, u('number', k) < 0.3, u('number', k) < 0.1, u('address', k) < 0.4,
           u('dob', k) < 0.4, u('phone', k) < 0.5, u('gender', k) < 0.2, u('meal', k) < 0.01
    FROM others
), timed AS (
    SELECT d.*, kind = 'old' AND u('changed', x) < 0.5 AS changed_since, u('note', x) < 0.2 AS has_note,
           CASE WHEN kind = 'late' THEN TIMESTAMP '2025-06-30 12:00:00' + to_seconds(draw('created', x, 40000))
                ELSE starts_at + to_seconds((u('created', x) * (epoch(ends_at) - epoch(starts_at) - 90000))::BIGINT + draw('created s', x, 86000))
           END AS created_at
    FROM drawn AS d JOIN spans USING (span)
)
SELECT *,
       CASE WHEN kind = 'late' THEN created_at + to_seconds(draw('change gap', x, 600))
            WHEN changed_since THEN TIMESTAMP '2025-06-30 12:00:00' + to_seconds(draw('changed at', x, 41000))
            ELSE created_at + to_seconds((u('changed at', x) * u('changed at 2', x)
                 * greatest(0, epoch(TIMESTAMP '2025-06-27 18:00:00') - epoch(created_at)))::BIGINT) END AS changed_at
FROM timed;
