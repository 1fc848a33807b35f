-- Tables and views that Splink left in the database.
SELECT table_name, table_type FROM information_schema.tables
WHERE starts_with(table_name, '__splink__') ORDER BY table_name, table_type
