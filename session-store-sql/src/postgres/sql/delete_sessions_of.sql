-- Not in one statement with the cut-off: the sign-ins that it waited for would not be in the snapshot.
DELETE FROM "session_kit"
WHERE owner = $1 AND successor IS NULL
    AND root IS DISTINCT FROM (SELECT root FROM "session_kit" WHERE id = $2 AND expires_at > $3)
RETURNING CASE WHEN expires_at > $3 THEN 1 ELSE 0 END::bigint
