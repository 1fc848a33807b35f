-- Macros and word lists of the simulated tenant. Every draw is hash(seed, what, number): the same
-- whatever the number of threads and the order of rows.

-- A draw in [0, 1) for item `a` of the kind `salt`.
CREATE MACRO u(salt, a) AS
    (hash(getvariable('seed')::BIGINT, salt::VARCHAR, a::BIGINT) % 999983::UBIGINT)::DOUBLE / 999983.0;
-- A whole number in 0 .. n-1.
CREATE MACRO draw(salt, a, n) AS (hash(getvariable('seed')::BIGINT, salt::VARCHAR, a::BIGINT) % (n)::UBIGINT)::BIGINT;
CREATE MACRO pick(words, salt, a) AS words[1 + draw(salt, a, len(words))];
CREATE MACRO b62(x, place) AS
    substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', 1 + ((x // place) % 62)::INTEGER, 1);
-- The 15 and 18 characters of the n-th id under a key prefix; the start of the numbering differs by seed. The lists of
-- one element name a value once: a macro repeats its arguments, and the plan would grow with each use.
CREATE MACRO id15(prefix, n) AS list_transform([(n + getvariable('first_id'))::BIGINT], lambda y:
    prefix || getvariable('pod') || '00000' || b62(y, 14776336) || b62(y, 238328) || b62(y, 3844) || b62(y, 62) || b62(y, 1))[1];
CREATE MACRO id18(prefix, n) AS list_transform([id15(prefix, n)], lambda i: i || id_check(i))[1];
CREATE MACRO digest(salt, n) AS md5(getvariable('seed')::VARCHAR || '/' || salt || '/' || n::VARCHAR);
-- 16 characters in the form of session and login keys.
CREATE MACRO key16(salt, n) AS substr(to_base64(unhex(digest(salt, n))), 1, 16);
-- 22 characters in the form of request ids.
CREATE MACRO token22(salt, n) AS
    replace(replace(substr(to_base64(unhex(digest(salt, n))), 1, 22), '+', '-'), '/', '_');
CREATE MACRO uuid_of(salt, n) AS substr(digest(salt, n), 1, 8) || '-' || substr(digest(salt, n), 9, 4) || '-4'
    || substr(digest(salt, n), 14, 3) || '-a' || substr(digest(salt, n), 18, 3) || '-' || substr(digest(salt, n), 21, 12);
CREATE MACRO iso_z(t) AS strftime(t, '%Y-%m-%dT%H:%M:%S.%g') || 'Z';
CREATE MACRO iso_offset(t) AS strftime(t, '%Y-%m-%dT%H:%M:%S.%g') || '+0000';
CREATE MACRO compact(t) AS strftime(t, '%Y%m%d%H%M%S.%g');
CREATE MACRO seconds(n) AS to_milliseconds(((n) * 1000)::BIGINT);
CREATE MACRO txt(v) AS coalesce((v)::VARCHAR, '');
-- How many times the usual amount of work there is at a time.
CREATE MACRO pace(t) AS 1.0::DOUBLE;

SET VARIABLE given_names = ['Ana', 'Jack', 'Priya', 'Siobhán', 'José', 'Mei', '小龍', 'Олег', 'Ελένη', 'محمد', 'Noah',
    'Chloe', 'Robert "Bob"', 'Aroha', 'Kim', 'Tane', 'Zoë', 'Liam', 'Grace', 'Minh', 'สมชาย', 'Ruth', 'Dev', 'Isla',
    'Marco', 'Fatima', 'Jean-Luc', 'Yuki', 'Ava', 'Tom'];
SET VARIABLE given_ascii = ['ana', 'jack', 'priya', 'siobhan', 'jose', 'mei', 'xiaolong', 'oleg', 'eleni', 'mohamed', 'noah',
    'chloe', 'bob', 'aroha', 'kim', 'tane', 'zoe', 'liam', 'grace', 'minh', 'somchai', 'ruth', 'dev', 'isla',
    'marco', 'fatima', 'jeanluc', 'yuki', 'ava', 'tom'];
SET VARIABLE family_names = ['Nguyen', 'O''Brien', 'Smith', 'King, Jr.', 'Santos', 'de la Cruz', '王', 'Иванов', 'Παππάς',
    'الفارسي', 'Jones', 'Müller', 'Wilson', 'Patel', 'Ng', 'D''Souza', 'Singh', 'Tanaka', 'Brown', 'Null', 'Okafor', 'Reid',
    'Ōtaki', 'Van der Berg', 'Taylor', 'Rossi', 'Hughes', 'Kaur', 'Walker', 'Lee'];
SET VARIABLE family_ascii = ['nguyen', 'obrien', 'smith', 'king', 'santos', 'delacruz', 'wang', 'ivanov', 'pappas',
    'alfarsi', 'jones', 'mueller', 'wilson', 'patel', 'ng', 'dsouza', 'singh', 'tanaka', 'brown', 'null', 'okafor', 'reid',
    'otaki', 'vanderberg', 'taylor', 'rossi', 'hughes', 'kaur', 'walker', 'lee'];
SET VARIABLE domains = ['example.com', 'example.org', 'example.net', 'mail.example', 'post.example', 'inbox.example'];
SET VARIABLE streets = ['Harbour Street', 'King''s Road', 'Wattle Grove', 'Lygon St', 'Hotel "Aurora", Level 3',
    'Queen Street', 'Rua das Flores', 'Marine Parade', 'Church Lane', 'Station Road'];
SET VARIABLE notes = ['asked to be called back after 5 pm', '=HYPERLINK("http://example.com","refund")', '+61 number is out of date',
    '-- see earlier case --', '@manager please check', '<b>Upset</b> about the delay & the bill', 'first line' || chr(10) || 'second line, with comma',
    'says "never again"', '不满意服务', 'bag sent on to the hotel', 'seat 14C', 'prefers e-mail' || chr(13) || chr(10) || 'not phone'];
SET VARIABLE subjects = ['Booking change', 'Refund request', 'Lost bag', 'Points missing', 'Name correction',
    'Complaint, delay', 'Seat request', 'Special assistance', 'Voucher "expired"', 'Receipt needed'];
SET VARIABLE browsers = ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Safari/537.36',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/136.0.0.0 Safari/537.36 Edg/136.0.0.0',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:139.0) Gecko/20100101 Firefox/139.0'];
