SELECT count(*) FROM `session_kit` WHERE target IS NULL AND expires_at > ?
