-- `+ 0` keeps the server from looking for rows by their ends, where it would lock those of others.
UPDATE `session_kit` SET revision = ?, last_seen_at = ?, expires_at = ?, payload = ?
WHERE id = ? AND revision = ? AND expires_at + 0 > ? AND target IS NULL
