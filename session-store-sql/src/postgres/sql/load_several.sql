SELECT id, successor, revision, created_at, last_seen_at, expires_at, owner, payload
FROM "session_kit"
WHERE id = ANY ($1) AND expires_at > $2
