-- detect_wide: one row per account and neighbourhood (/16 of IPv4, /32 of IPv6) of its networks. wide_at: when the
-- account first came from there, UTC.
SELECT actor, neighbourhood(net) AS wide, min(begins_at) AS wide_at FROM detect_presence WHERE net <> '' GROUP BY ALL
