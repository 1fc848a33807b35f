-- drafts, as a call centre has them: one row per Contact record before its values are written out. k is the
-- e-mail's number, kind says why the record exists, has_* which values were on file.
CREATE TABLE drafts AS
WITH copies AS (
    SELECT k, 0 AS copy, 'main' AS kind FROM range(getvariable('customers')) AS r(k)
    UNION ALL SELECT k, 1, 'duplicate' FROM range(getvariable('customers')) AS r(k) WHERE k % 19 = 7
    UNION ALL SELECT getvariable('customers') + k, 0, 'unkeyed' FROM range(greatest(getvariable('customers') // 100, 1)) AS r(k)
    UNION ALL SELECT 2 * getvariable('customers') + k, 0, 'late' FROM range(greatest(getvariable('customers') // 200, 1)) AS r(k)
), numbered AS (
    SELECT *, k * 4 + copy AS x FROM copies
), timed AS (
    SELECT *,
           CASE WHEN kind = 'late' THEN TIMESTAMP '2025-06-30 12:00:00' + to_seconds(draw('created', x, 40000))
                -- more of the records are recent: the square root bends the draw towards one
                ELSE TIMESTAMP '2012-02-01 00:00:00' + to_seconds((sqrt(u('created', x)) * 422000000)::BIGINT + draw('created s', x, 400))
           END AS created_at,
           kind <> 'late' AND u('changed', x) < 0.02 AS changed_since
    FROM numbered
)
SELECT x, k, copy, kind, created_at, changed_since, 0 AS pattern, 0 AS span,
       CASE WHEN kind = 'late' THEN created_at + to_seconds(draw('change gap', x, 600))
            WHEN changed_since THEN TIMESTAMP '2025-06-30 12:00:00' + to_seconds(draw('changed at', x, 41000))
            ELSE created_at + to_seconds((u('changed at', x) * u('changed at 2', x)
                 * greatest(0, epoch(TIMESTAMP '2025-06-27 18:00:00') - epoch(created_at)))::BIGINT) END AS changed_at,
       u('phone', x) < 0.85 AS has_phone, u('dob', x) < 0.6 AS has_dob, u('gender', x) < 0.4 AS has_gender,
       u('address', x) < 0.55 AS has_address, u('number', x) < 0.7 AS has_number,
       u('number', x) < 0.45 AS has_tier, u('number', x) < 0.3 AS has_points,
       u('meal', x) < 0.05 AS has_meal, u('note', x) < 0.2 AS has_note
FROM timed;
