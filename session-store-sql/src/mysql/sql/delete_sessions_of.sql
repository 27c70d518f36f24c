DELETE FROM `session_kit`
WHERE owner = ? AND target IS NULL AND NOT (root <=> (
    SELECT its_root FROM (
        SELECT COALESCE(target, root) AS its_root FROM `session_kit` WHERE id = ? AND expires_at > ? LIMIT 1
    ) AS spared
))
