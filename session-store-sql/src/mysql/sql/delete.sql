-- With `LIMIT` MySQL reads the inner table first, and on its own; else it refuses to read what it deletes from.
DELETE FROM `session_kit`
WHERE root = (
    SELECT its_root FROM (
        SELECT COALESCE(target, root) AS its_root FROM `session_kit`
        WHERE id = ? AND (target IS NULL OR expires_at > ?)
        LIMIT 1 FOR UPDATE
    ) AS seen
) AND target IS NULL AND expires_at > ?
