INSERT INTO `session_kit` (root, id, revision, created_at, last_seen_at, expires_at, owner, payload)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
