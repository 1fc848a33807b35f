-- who: one row per session, with what its log rows say of the account and the client. The keys of a tenant whose sessions are
-- numbered anew when logins are added (`keyed_by_x`) follow from the session's own x.
CREATE TABLE who AS
SELECT s.n AS session, u.id15, u.id18, u.username, u.role, s.ip,
       CASE WHEN s.kind = 'guest' THEN '' ELSE key16('session', CASE WHEN getvariable('keyed_by_x') THEN s.x ELSE s.n END) END AS session_key,
       CASE WHEN s.kind = 'guest' THEN '' ELSE key16('login', CASE WHEN getvariable('keyed_by_x') THEN s.x ELSE s.n END) END AS login_key,
       s.app_name, s.app_id, s.client, s.agent, s.application, s.kind, id18('0Ya', s.n) AS login_history_id, s.hostile
FROM sessions AS s JOIN users AS u ON u.n = s.user_n;
