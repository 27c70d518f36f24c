DELETE FROM `session_kit`
