-- `+ 0` as in `update`.
SELECT id, IF(target IS NULL, NULL, root), revision, created_at, last_seen_at, expires_at, owner, payload
FROM `session_kit`
WHERE id IN ({?|, }) AND expires_at + 0 > ?
