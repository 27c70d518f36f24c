-- Not in one statement with the cut-off: the sign-ins that it waited for would not be in the snapshot. `turn` lets those who end the
-- sessions of one owner go one after the other; else each could wait for rows that the other has.
WITH turn AS (
    SELECT 1 FROM "session_kit_cutoff" WHERE owner = $1 FOR NO KEY UPDATE
)
DELETE FROM "session_kit"
WHERE EXISTS (SELECT FROM turn)
    AND owner = $1 AND successor IS NULL
    AND root IS DISTINCT FROM (SELECT root FROM "session_kit" WHERE id = $2 AND expires_at > $3)
RETURNING CASE WHEN expires_at > $3 THEN 1 ELSE 0 END::bigint
