-- With `LIMIT` MySQL reads what is joined first, and on its own; else it refuses to read what it deletes from. As a condition of the
-- deletion it would be no use for finding the row: all would be read, and locked.
DELETE sessions
FROM (
    SELECT COALESCE(target, root) AS its_root FROM `session_kit`
    WHERE id = ? AND (target IS NULL OR expires_at > ?)
    LIMIT 1 FOR UPDATE
) AS seen JOIN `session_kit` AS sessions ON sessions.root = seen.its_root
WHERE sessions.target IS NULL AND sessions.expires_at > ?
