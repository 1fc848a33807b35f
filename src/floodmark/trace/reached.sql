-- reached: the rows of `worked` that a wider link reaches, with kind, value, account of the link, its id,
-- whether its address, client or app was used by honest work before (familiar), and whether it is followed.
-- own_client: at a new address, with a client that this account had used before, or a phone's app. A row that two
-- links reach stands here twice. Rows of the identity provider are told apart, never counted.
WITH named AS (
    SELECT DISTINCT account FROM worked WHERE part IN ('own', 'refused')
), old AS (
    SELECT kind, value FROM known
), seen AS (
    SELECT account, actor, loose_name, ip, session, tool, app_id, first_at, last_at, event_count,
           account IN (SELECT account FROM named) AS same,
           ip IS NOT NULL AND ip IN (SELECT value FROM old WHERE kind = 'address') AS old_address,
           tool IS NOT NULL AND tool IN (SELECT value FROM old WHERE kind = 'tool') AS old_tool,
           app_id IS NOT NULL AND app_id IN (SELECT value FROM old WHERE kind = 'app') AS old_app
    FROM worked
    WHERE part = 'rest' AND NOT identity
), rest AS (
    -- An account that used the client before at this address has made the address known. The network of a
    -- telephone changes by nature, so that its address says nothing.
    SELECT *, NOT same AND NOT old_address AND tool IS NOT NULL
              AND (is_phone(tool)
                   OR account || chr(31) || tool IN (SELECT value FROM old WHERE kind = 'own tool')) AS own_client
    FROM seen
), candidate AS (
    SELECT CASE WHEN same THEN 'address' ELSE 'other account' END AS link_kind, ip AS link_value,
           account AS link_account, old_address OR own_client AS familiar, rest.*
    FROM rest
    WHERE ip IN (SELECT value FROM spread WHERE kind = 'address')
      AND (same OR NOT old_address OR account IN (SELECT value FROM spread WHERE kind = 'account'))
    UNION ALL
    SELECT 'client', tool, account, old_tool OR old_address, rest.*
    FROM rest
    WHERE tool IN (SELECT value FROM spread WHERE kind = 'tool')
      AND account IN (SELECT value FROM spread WHERE kind = 'account')
      AND NOT (old_tool AND old_address)
    UNION ALL
    SELECT 'token', app_id || ' at ' || ip, account, old_app AND old_address, rest.*
    FROM rest
    WHERE NOT same AND app_id || chr(31) || ip IN (SELECT value FROM spread WHERE kind = 'app')
    UNION ALL
    SELECT 'client elsewhere', tool, account, true, rest.*
    FROM rest
    WHERE NOT same AND NOT old_tool AND tool IN (SELECT value FROM spread WHERE kind = 'tool')
      AND account NOT IN (SELECT value FROM spread WHERE kind = 'account')
    UNION ALL
    SELECT 'same session', session, account, old_address, rest.*
    FROM rest
    WHERE session IN (SELECT value FROM spread WHERE kind = 'session')
), linked AS (
    SELECT *, 'L-' || left(sha256(link_kind || chr(31) || link_value || chr(31) || link_account), 10) AS link
    FROM candidate
)
SELECT *, list_contains($refused::VARCHAR[], link) AS refused,
       NOT refused AND (NOT (familiar OR $by_hand::BOOLEAN) OR list_contains($accepted::VARCHAR[], link)) AS followed
FROM linked
