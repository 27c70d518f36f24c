DELETE FROM "session_kit" WHERE id = ANY (ARRAY(
    SELECT id FROM "session_kit" WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED
))
