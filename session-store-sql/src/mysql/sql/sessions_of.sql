SELECT id, created_at, last_seen_at, expires_at
FROM `session_kit`
WHERE owner = ? AND target IS NULL AND expires_at > ?
