-- Does nothing. It fails where a table, a column, its type or a right is missing.
WITH sessions AS (
    INSERT INTO "session_kit" (id, root, successor, revision, created_at, last_seen_at, expires_at, owner, payload)
    SELECT $1, $1, $1, $2, $2, $2, $2, $3, $1 WHERE false
), cut_offs AS (
    INSERT INTO "session_kit_cutoff" AS t (owner, at, expires_at)
    SELECT $3, $2, $2 WHERE false
    ON CONFLICT (owner) DO UPDATE SET at = t.at, expires_at = t.expires_at
)
SELECT 1::bigint
