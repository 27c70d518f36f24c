-- One row, whether a session is there or not.
SELECT EXISTS (SELECT 1 FROM `session_kit_cutoff` WHERE owner = ? AND at >= ?),
    id, IF(target IS NULL, NULL, root), revision, created_at, last_seen_at, expires_at, owner, payload
FROM (SELECT 1) AS one LEFT JOIN `session_kit` ON id = ? AND expires_at > ?
