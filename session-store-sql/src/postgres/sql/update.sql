-- `current` reads under the row's lock, hence what is there now, and finds it by `root`, which a rotation does not change.
WITH applied AS (
    UPDATE "session_kit" SET revision = $4, last_seen_at = $5, expires_at = $6, payload = $7
    WHERE id = $1 AND revision = $3 AND expires_at > $2 AND successor IS NULL
    RETURNING 1
), seen AS (
    SELECT root FROM "session_kit"
    WHERE id = $1 AND expires_at > $2 AND NOT EXISTS (SELECT FROM applied)
), current AS (
    SELECT s.* FROM "session_kit" s
    WHERE s.root = (SELECT root FROM seen) AND s.successor IS NULL AND s.expires_at > $2
    FOR NO KEY UPDATE
)
SELECT 1::bigint, NULL::bytea, 0::bigint, 0::bigint, 0::bigint, 0::bigint, NULL::text, NULL::bytea FROM applied
UNION ALL
SELECT 0, id, revision, created_at, last_seen_at, expires_at, owner, payload FROM current
