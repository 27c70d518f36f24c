SELECT id FROM "session_kit" WHERE id > $1 AND successor IS NULL ORDER BY id LIMIT $2
