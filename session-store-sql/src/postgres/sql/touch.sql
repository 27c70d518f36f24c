WITH applied AS (
    UPDATE "session_kit" SET last_seen_at = GREATEST(last_seen_at, $4), expires_at = GREATEST(expires_at, $5)
    WHERE id = $1 AND revision = $3 AND expires_at > $2 AND successor IS NULL
    RETURNING 1
), seen AS (
    SELECT root FROM "session_kit"
    WHERE id = $1 AND expires_at > $2 AND NOT EXISTS (SELECT FROM applied)
), current AS (
    SELECT s.id FROM "session_kit" s
    WHERE s.root = (SELECT root FROM seen) AND s.successor IS NULL AND s.expires_at > $2
    FOR NO KEY UPDATE
)
SELECT 1::bigint, NULL::bytea FROM applied
UNION ALL
SELECT 0, id FROM current
