-- How many nodes are not yet directly below the top.
SELECT count(*) FROM hook JOIN hook AS above ON above.node = hook.parent WHERE above.parent <> hook.parent
