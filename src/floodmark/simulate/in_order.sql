-- Views and reports numbered by time again, after those of a plan were added.
CREATE OR REPLACE TABLE views AS
SELECT * REPLACE (row_number() OVER (ORDER BY done_at, n) AS n) FROM views ORDER BY n;
CREATE OR REPLACE TABLE runs AS
SELECT * REPLACE (row_number() OVER (ORDER BY done_at, n) AS n) FROM runs ORDER BY n;
