DELETE FROM "session_kit_cutoff" WHERE rowid IN (
    SELECT rowid FROM "session_kit_cutoff" WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2
)
