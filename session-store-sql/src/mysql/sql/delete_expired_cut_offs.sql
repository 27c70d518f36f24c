DELETE FROM `session_kit_cutoff` WHERE expires_at <= ? ORDER BY expires_at LIMIT ?
