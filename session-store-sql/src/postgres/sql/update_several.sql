-- Each of them a compare-and-swap of its own. Rows are found one by one in the order of their keys, and locked in it, so that nobody who
-- does this waits for another who waits for it. On a pool of the application's the planner may choose otherwise in a small table: two
-- processes that write to the same sessions can then meet, and one of them does it again.
-- Not `successor IS NULL`: in a table that it has not yet looked at the planner believes that this is rare, and that the index of `root`, which
-- has nothing else in it, is the way to the few there are. It would read the whole table.
UPDATE "session_kit" AS t
SET revision = given.revision, last_seen_at = given.last_seen_at, expires_at = given.expires_at, payload = given.payload
FROM (
    SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bytea[])
        AS given (id, now, expected, revision, last_seen_at, expires_at, payload)
    ORDER BY given.id
) AS given
WHERE t.id = given.id AND t.revision = given.expected AND t.expires_at > given.now AND num_nulls(t.successor) = 1
RETURNING t.id
