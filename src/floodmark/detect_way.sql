-- detect_way: one row per account, door and log with reads. way: a number for the three long texts; entry: one for account and door.
SELECT way, entry, actor, door, log FROM detect_means
WHERE means IN (SELECT way FROM detect_stay JOIN detect_means USING (means) WHERE reads)
