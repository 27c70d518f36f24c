-- `+ 0` keeps the server from looking for rows by their ends, where it would lock those of others.
UPDATE `session_kit` SET last_seen_at = GREATEST(last_seen_at, ?), expires_at = GREATEST(expires_at, ?)
WHERE id = ? AND revision = ? AND expires_at + 0 > ? AND target IS NULL
