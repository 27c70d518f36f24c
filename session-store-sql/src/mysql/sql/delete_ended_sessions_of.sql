DELETE FROM `session_kit` WHERE owner = ? AND target IS NULL AND expires_at <= ?
