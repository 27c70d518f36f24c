-- Each of them a compare-and-swap of its own, in the order of their keys. MySQL's updates do not say what they found, so a reading that
-- locks says it before. `+ 0` as in `update`.
START TRANSACTION;
SELECT sessions.id FROM (
    {SELECT ? AS id, ? AS clock, ? AS expected| UNION ALL }
) AS given STRAIGHT_JOIN `session_kit` AS sessions ON sessions.id = given.id
WHERE sessions.revision = given.expected AND sessions.expires_at + 0 > given.clock AND sessions.target IS NULL
FOR UPDATE;
UPDATE (
    {SELECT ? AS id, ? AS clock, ? AS expected, ? AS revision, ? AS last_seen_at, ? AS expires_at, ? AS payload| UNION ALL }
) AS given STRAIGHT_JOIN `session_kit` AS sessions ON sessions.id = given.id
SET sessions.revision = given.revision, sessions.last_seen_at = given.last_seen_at, sessions.expires_at = given.expires_at,
    sessions.payload = given.payload
WHERE sessions.revision = given.expected AND sessions.expires_at + 0 > given.clock AND sessions.target IS NULL;
COMMIT
