-- Without asking for the session's end: whoever read the clock before it must find nothing to write to.
DELETE sessions
FROM (
    SELECT COALESCE(target, root) AS its_root FROM `session_kit`
    WHERE id = ? AND (target IS NULL OR expires_at > ?)
    LIMIT 1 FOR UPDATE
) AS seen JOIN `session_kit` AS sessions ON sessions.root = seen.its_root
WHERE sessions.target IS NULL
