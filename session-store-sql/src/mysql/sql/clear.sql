DELETE FROM `session_kit` ORDER BY root LIMIT ?
