-- step: event, "at", account, kind, counted of each event that shows what the intruder did; kind: see stages.py,
-- which gives it a phase and a technique. counted: the event is part of the intrusion. Rows of the identity
-- provider about a usual login are left out.
WITH who AS (
    SELECT DISTINCT actor, account FROM worked WHERE actor IS NOT NULL
), seen AS (
    SELECT event, "at", coalesce(who.account, lower(actor_name)) AS account, operation, method, outcome,
           -- One act stands in several logs, and not all of them have its text.
           coalesce(query, max(query) OVER (PARTITION BY coalesce(request_key, event))) AS query,
           resource, client, log LIKE 'okta.%' AS identity, true AS counted, true AS new_address
    FROM hostile LEFT JOIN who ON who.actor = hostile.actor
    UNION ALL
    SELECT beside.event, beside."at", account, event.operation, event.method, outcome, query,
           event.resource, event.client, kind = 'identity', false, new_address
    FROM beside JOIN event ON event.event = beside.event
    WHERE NOT refused
), named AS (
    SELECT event, "at", account, counted, CASE
        WHEN identity THEN CASE
            WHEN lower(method) IN ('user.mfa.factor.reset_all', 'user.mfa.factor.deactivate', 'user.mfa.attempt_bypass')
                THEN 'factor removed'
            WHEN lower(method) LIKE 'user.mfa.factor.%' AND outcome IS DISTINCT FROM 'failure' THEN 'factor added'
            WHEN lower(method) IN ('user.account.reset_password', 'user.account.update_password') THEN 'password reset'
            WHEN lower(method) LIKE 'user.account.privilege.%' OR lower(method) LIKE 'group.user_membership.add%'
                THEN 'rights given'
            WHEN lower(method) = 'system.api_token.create' THEN 'token created'
            WHEN lower(method) LIKE 'policy.%' OR lower(method) LIKE 'zone.%' THEN 'rules changed'
            WHEN lower(method) IN ('security.threat.detected', 'user.account.report_suspicious_activity_by_enduser')
                THEN 'suspicious login'
            WHEN NOT new_address THEN NULL
            WHEN outcome = 'failure' AND operation = 'login' THEN 'identity login failed'
            WHEN lower(method) = 'user.authentication.sso' AND client IS NOT NULL AND lower(client) NOT LIKE '%salesforce%'
                THEN 'other app'
            WHEN operation = 'login' THEN 'identity login' END
        WHEN operation = 'login' THEN CASE outcome WHEN 'success' THEN 'login' WHEN 'failure' THEN 'login failed' END
        WHEN operation = 'setup' THEN CASE
            WHEN lower(method) LIKE '%connectedapp%' OR lower(method) LIKE '%packagingapp%' THEN 'app installed'
            WHEN lower(method) LIKE '%permset%' OR lower(method) LIKE '%profile%' OR lower(method) LIKE '%role%'
                THEN 'rights given'
            WHEN lower(method) LIKE '%log%' THEN 'rules changed'
            ELSE 'set-up changed' END
        WHEN operation = 'describe' THEN 'described'
        WHEN outcome IN ('failure', 'blocked') THEN CASE WHEN list_contains($reads::VARCHAR[], operation) THEN 'read refused' END
        WHEN operation = 'query' AND regexp_matches(query, '(?i)^\s*select\s+count\s*\(') THEN 'counted'
        WHEN operation = 'query' AND try_cast(regexp_extract(query, '(?i)\blimit\s+(\d+)', 1) AS INTEGER) <= $sample
            THEN 'sampled'
        WHEN operation IN ('query', 'query_more') THEN 'queried'
        WHEN operation = 'bulk_job' THEN 'bulk job'
        WHEN operation IN ('bulk_result', 'report_export', 'file') THEN 'downloaded'
        WHEN operation IN ('report', 'list_view') THEN 'report run'
        WHEN operation IN ('record', 'page_view') THEN 'records opened'
        WHEN list_contains($reads::VARCHAR[], operation) THEN 'other read'
        WHEN operation = 'write' AND upper(method) IN ('DELETE', 'PATCH')
             AND regexp_matches(lower(resource), '(^|/)jobs?(/|$)') THEN 'job removed'
        WHEN operation = 'write' THEN 'written' END AS kind
    FROM seen
)
SELECT event, "at", account, kind, counted FROM named WHERE kind IS NOT NULL
