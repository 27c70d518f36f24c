-- Where the owner has no cut-off, the shared lock is on the gap: whoever wants to put one there waits for this to end.
INSERT INTO `session_kit` (root, id, revision, created_at, last_seen_at, expires_at, owner, payload)
SELECT ?, ?, ?, ?, ?, ?, ?, ? FROM DUAL
WHERE NOT EXISTS (SELECT 1 FROM `session_kit_cutoff` WHERE owner = ? AND at >= ? LOCK IN SHARE MODE)
