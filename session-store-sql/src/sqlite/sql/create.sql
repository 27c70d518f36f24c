-- Without a sign-in ($8) no cut-off is at or after it.
INSERT INTO "session_kit" (id, revision, created_at, last_seen_at, expires_at, owner, payload)
SELECT $1, $2, $3, $4, $5, $6, $7
WHERE NOT EXISTS (SELECT 1 FROM "session_kit_cutoff" WHERE owner = $6 AND at >= $8)
ON CONFLICT DO NOTHING;
SELECT 1 FROM "session_kit_cutoff" WHERE owner = $6 AND at >= $8 AND changes() = 0
