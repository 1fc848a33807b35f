-- detect_event: one row per event that has an account and a time, without failed and blocked acts: all that detect_done says of
-- it, and detect_means of what it came by.
SELECT event, log, done_at, actor, session, login, ip, net, client_name, client, app, agent, browser, operation, method,
       matched_rows, delivered_rows, report, action, record, job, execution, text, counted, desk, door, reading, objects
FROM detect_done JOIN detect_means USING (means)
