-- Each of them a compare-and-swap of its own, in one transaction.
WITH given (id, now, expected, revision, last_seen_at, expires_at, payload) AS (
    VALUES {(?, ?, ?, ?, ?, ?, ?)|, }
)
UPDATE "session_kit" AS t
SET revision = given.revision, last_seen_at = given.last_seen_at, expires_at = given.expires_at, payload = given.payload
FROM given
WHERE t.id = given.id AND t.revision = given.expected AND t.expires_at > given.now AND t.successor IS NULL
RETURNING id
