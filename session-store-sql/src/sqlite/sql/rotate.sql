-- Two rows in one statement: the session under its new key, and the mark, which meets the old row and takes its place.
WITH old AS MATERIALIZED (
    SELECT 1 FROM "session_kit"
    WHERE id = $1 AND revision = $3 AND expires_at > $2 AND successor IS NULL
        AND NOT EXISTS (SELECT 1 FROM "session_kit_cutoff" WHERE owner = $9 AND at >= $11)
)
INSERT INTO "session_kit" (id, successor, revision, created_at, last_seen_at, expires_at, owner, payload)
SELECT $4, NULL, $5, $6, $7, $8, $9, $10 FROM old
UNION ALL
SELECT $1, $4, 0, 0, 0, $12, NULL, NULL FROM old WHERE true
ON CONFLICT (id) DO UPDATE SET successor = excluded.successor, revision = 0, created_at = 0, last_seen_at = 0,
    expires_at = excluded.expires_at, owner = NULL, payload = NULL;
SELECT successor, revision, created_at, last_seen_at, expires_at, owner, payload,
    EXISTS (SELECT 1 FROM "session_kit_cutoff" AS cut WHERE cut.owner = $9 AND cut.at >= $11)
FROM "session_kit"
WHERE id = $1 AND expires_at > $2 AND changes() = 0
