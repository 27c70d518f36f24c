UPDATE `session_kit` SET last_seen_at = GREATEST(last_seen_at, ?), expires_at = GREATEST(expires_at, ?)
WHERE id = ? AND revision = ? AND expires_at > ? AND target IS NULL
