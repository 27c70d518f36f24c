-- The upsert locks the owner's cut-off and answers what it is now. A sub-select would read the snapshot.
WITH cut AS (
    INSERT INTO "session_kit_cutoff" AS t (owner, at, expires_at)
    VALUES ($6, -1, $9)
    ON CONFLICT (owner) DO UPDATE SET expires_at = GREATEST(t.expires_at, excluded.expires_at)
    RETURNING at
), filed AS (
    INSERT INTO "session_kit" (id, root, revision, created_at, last_seen_at, expires_at, owner, payload)
    SELECT $1, $1, $2, $3, $4, $5, $6, $7 FROM cut WHERE cut.at < $8
    ON CONFLICT DO NOTHING
    RETURNING 1
)
SELECT CASE WHEN EXISTS (SELECT FROM filed) THEN 1 WHEN cut.at >= $8 THEN 2 ELSE 0 END::bigint
FROM cut
