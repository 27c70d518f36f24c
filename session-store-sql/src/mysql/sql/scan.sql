SELECT id FROM `session_kit` WHERE id > ? AND target IS NULL ORDER BY id LIMIT ?
