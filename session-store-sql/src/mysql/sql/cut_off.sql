INSERT INTO `session_kit_cutoff` (owner, at, expires_at)
VALUES (?, ?, ?)
ON DUPLICATE KEY UPDATE at = GREATEST(at, ?), expires_at = GREATEST(expires_at, ?)
