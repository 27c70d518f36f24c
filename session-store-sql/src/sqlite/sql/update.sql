UPDATE "session_kit" SET revision = $4, last_seen_at = $5, expires_at = $6, payload = $7
WHERE id = $1 AND revision = $3 AND expires_at > $2 AND successor IS NULL;
SELECT successor, revision, created_at, last_seen_at, expires_at, owner, payload
FROM "session_kit"
WHERE id = $1 AND expires_at > $2 AND changes() = 0
