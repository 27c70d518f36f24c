-- Without asking for the session's end: whoever read the clock before it must find nothing to write to.
WITH RECURSIVE chain (id) AS (
    SELECT $1
    UNION
    SELECT mark.successor FROM chain JOIN "session_kit" AS mark ON mark.id = chain.id
    WHERE mark.successor IS NOT NULL AND mark.expires_at > $2
)
DELETE FROM "session_kit" WHERE id IN (SELECT id FROM chain) AND successor IS NULL
RETURNING expires_at > $2
