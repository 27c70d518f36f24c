UPDATE "session_kit" SET last_seen_at = max(last_seen_at, $4), expires_at = max(expires_at, $5)
WHERE id = $1 AND revision = $3 AND expires_at > $2 AND successor IS NULL;
SELECT successor FROM "session_kit" WHERE id = $1 AND expires_at > $2 AND changes() = 0
