SELECT IF(target IS NULL, NULL, root), revision FROM `session_kit` WHERE id = ? AND expires_at > ?
