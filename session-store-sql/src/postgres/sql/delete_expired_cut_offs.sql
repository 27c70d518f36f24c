DELETE FROM "session_kit_cutoff" WHERE owner = ANY (ARRAY(
    SELECT owner FROM "session_kit_cutoff" WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED
))
