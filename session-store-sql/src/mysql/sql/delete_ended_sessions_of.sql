-- `+ 0` keeps the server from looking for rows by their ends, where it would lock those of others.
DELETE FROM `session_kit` WHERE owner = ? AND target IS NULL AND expires_at + 0 <= ?
