SELECT count(*) FROM "session_kit" WHERE successor IS NULL AND expires_at > $1
