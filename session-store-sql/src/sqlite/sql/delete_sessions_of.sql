WITH RECURSIVE kept (id) AS (
    SELECT $2 WHERE $2 IS NOT NULL
    UNION
    SELECT mark.successor FROM kept JOIN "session_kit" AS mark ON mark.id = kept.id
    WHERE mark.successor IS NOT NULL AND mark.expires_at > $3
)
DELETE FROM "session_kit" WHERE owner = $1 AND successor IS NULL AND id NOT IN (SELECT id FROM kept)
RETURNING expires_at > $3
