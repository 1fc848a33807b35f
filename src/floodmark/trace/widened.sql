-- widened: event, link, kind, value, account, refused, followed, familiar, own_client of the events that wider links
-- reach. An event that two links reach has two rows.
SELECT event.event, reached.link, reached.link_kind AS kind, reached.link_value AS value,
       reached.link_account AS account, reached.refused, reached.followed, reached.familiar, reached.own_client
FROM (SELECT event, actor, CASE WHEN actor IS NULL THEN lower(actor_name) END AS loose_name, ip, session,
             coalesce(client, CASE WHEN user_agent NOT LIKE 'Mozilla/%' THEN user_agent END) AS tool, app_id
      FROM event WHERE log NOT LIKE 'okta.%') event
JOIN reached
  ON event.actor IS NOT DISTINCT FROM reached.actor AND event.loose_name IS NOT DISTINCT FROM reached.loose_name
 AND event.ip IS NOT DISTINCT FROM reached.ip AND event.session IS NOT DISTINCT FROM reached.session
 AND event.tool IS NOT DISTINCT FROM reached.tool AND event.app_id IS NOT DISTINCT FROM reached.app_id
ANTI JOIN (SELECT event FROM selected) named ON named.event = event.event
ANTI JOIN (SELECT event FROM joined WHERE NOT refused) core ON core.event = event.event
