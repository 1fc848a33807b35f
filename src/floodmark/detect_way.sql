-- detect_way: one row per account, door and log with reads. A number stands for three long texts on every read.
SELECT row_number() OVER (ORDER BY actor, door, log)::INTEGER AS way, actor, door, log
FROM (SELECT DISTINCT actor, door, log FROM detect_event WHERE reading)
