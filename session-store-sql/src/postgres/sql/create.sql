INSERT INTO "session_kit" (id, root, revision, created_at, last_seen_at, expires_at, owner, payload)
VALUES ($1, $1, $2, $3, $4, $5, $6, $7)
ON CONFLICT DO NOTHING
