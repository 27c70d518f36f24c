-- Without asking for the session's end: whoever read the clock before it must find nothing to write to.
DELETE FROM `session_kit`
WHERE root = (
    SELECT its_root FROM (
        SELECT COALESCE(target, root) AS its_root FROM `session_kit`
        WHERE id = ? AND (target IS NULL OR expires_at > ?)
        LIMIT 1 FOR UPDATE
    ) AS seen
) AND target IS NULL
