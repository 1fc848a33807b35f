-- Sessions numbered by time again, after the intruder's logins were added.
CREATE TABLE logins AS
SELECT row_number() OVER (ORDER BY sessions.done_at, x)::BIGINT AS n, * EXCLUDE (n) FROM sessions ORDER BY n;
DROP TABLE sessions;
ALTER TABLE logins RENAME TO sessions;
