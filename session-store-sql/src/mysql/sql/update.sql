UPDATE `session_kit` SET revision = ?, last_seen_at = ?, expires_at = ?, payload = ?
WHERE id = ? AND revision = ? AND expires_at > ? AND target IS NULL
