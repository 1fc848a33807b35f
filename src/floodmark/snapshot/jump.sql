-- The same, each node below the parent of its parent.
SELECT hook.node, above.parent FROM hook JOIN hook AS above ON above.node = hook.parent
