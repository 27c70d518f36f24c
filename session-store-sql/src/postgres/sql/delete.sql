-- Without asking for the session's end: whoever read the clock before it must find nothing to write to.
DELETE FROM "session_kit"
WHERE root = (SELECT root FROM "session_kit" WHERE id = $1 AND (successor IS NULL OR expires_at > $2))
    AND successor IS NULL
RETURNING CASE WHEN expires_at > $2 THEN 1 ELSE 0 END::bigint
