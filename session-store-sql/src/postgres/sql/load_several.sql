-- `+ 0` keeps the planner from the index of ends: in a table that is small, or that it has not yet looked at, that index leads it through all
-- sessions.
SELECT id, successor, revision, created_at, last_seen_at, expires_at, owner, payload
FROM "session_kit"
WHERE id = ANY ($1) AND expires_at + 0 > $2
