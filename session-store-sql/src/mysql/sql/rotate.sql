-- The first row meets the session under its `root`, and so becomes an update of it; the second is the mark. `ORDER BY` says which is first.
INSERT INTO `session_kit` (root, id, target, expires_at)
SELECT IF(n = 1, root, ?), id, root, IF(n = 1, expires_at, ?)
FROM `session_kit`, (SELECT 1 AS n UNION ALL SELECT 2) AS steps
WHERE id = ? AND revision = ? AND expires_at > ? AND target IS NULL
    AND NOT EXISTS (SELECT 1 FROM `session_kit_cutoff` WHERE owner = ? AND at >= ? LOCK IN SHARE MODE)
ORDER BY n FOR UPDATE
ON DUPLICATE KEY UPDATE
    id = ?, revision = ?, created_at = ?, last_seen_at = ?, expires_at = ?, owner = ?, payload = ?
