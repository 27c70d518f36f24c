SELECT id, created_at, last_seen_at, expires_at
FROM "session_kit"
WHERE owner = $1 AND successor IS NULL AND expires_at > $2
