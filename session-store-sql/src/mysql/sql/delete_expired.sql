DELETE FROM `session_kit` WHERE expires_at <= ? ORDER BY expires_at LIMIT ?
