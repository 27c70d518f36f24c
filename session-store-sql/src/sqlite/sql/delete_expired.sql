DELETE FROM "session_kit" WHERE rowid IN (
    SELECT rowid FROM "session_kit" WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2
)
