-- The old `id` can be inserted again by the statement that moved it away. Without a sign-in ($11) `cut` is empty.
WITH cut AS (
    INSERT INTO "session_kit_cutoff" AS t (owner, at, expires_at)
    SELECT $9, -1, $13 WHERE $11 IS NOT NULL
    ON CONFLICT (owner) DO UPDATE SET expires_at = GREATEST(t.expires_at, excluded.expires_at)
    RETURNING at
), applied AS (
    UPDATE "session_kit"
    SET id = $4, revision = $5, created_at = $6, last_seen_at = $7, expires_at = $8, owner = $9, payload = $10
    WHERE id = $1 AND revision = $3 AND expires_at > $2 AND successor IS NULL
        AND ($11 IS NULL OR (SELECT at FROM cut) < $11)
    RETURNING root
), mark AS (
    INSERT INTO "session_kit" (id, root, successor, expires_at)
    SELECT $1, root, $4, $12 FROM applied
), seen AS (
    SELECT root, successor FROM "session_kit"
    WHERE id = $1 AND expires_at > $2 AND NOT EXISTS (SELECT FROM applied)
), current AS (
    SELECT s.* FROM "session_kit" s
    WHERE s.root = (SELECT root FROM seen) AND s.successor IS NULL AND s.expires_at > $2
    FOR NO KEY UPDATE
)
SELECT 1::bigint, NULL::bytea, 0::bigint, 0::bigint, 0::bigint, 0::bigint, NULL::text, NULL::bytea FROM applied
UNION ALL
-- A mark that names the new key is that of this very rotation, sent before.
SELECT CASE WHEN c.id = $4 OR s.successor = $4 THEN 1 ELSE 0 END,
    c.id, c.revision, c.created_at, c.last_seen_at, c.expires_at, c.owner, c.payload
FROM seen s JOIN current c ON true
UNION ALL
SELECT 2, NULL, 0, 0, 0, 0, NULL, NULL FROM cut WHERE at >= $11
