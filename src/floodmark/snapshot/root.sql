-- One row per record with an edge at the start: the top of its tree so far.
SELECT root.node, coalesce(hook.parent, root.top) AS top FROM root LEFT JOIN hook ON hook.node = root.top
