-- Version 1 of session-kit's tables, for PostgreSQL.
--
-- A session is one row for its whole life: a rotation changes its `id` and leaves a second row, the mark, under the old one.
-- `root`, the session's first key, never changes, so whoever waited for the row finds it again.

CREATE TABLE "session_kit" (
    id bytea PRIMARY KEY,                 -- SHA-256 of the session's id
    root bytea NOT NULL,                  -- the session's first key
    successor bytea,                      -- of a mark: the key that the session got
    revision bigint NOT NULL DEFAULT 0,
    created_at bigint NOT NULL DEFAULT 0, -- this and the next two: milliseconds since 1970-01-01T00:00:00Z
    last_seen_at bigint NOT NULL DEFAULT 0,
    expires_at bigint NOT NULL,
    owner text COLLATE "C",               -- who is signed in
    payload bytea
);

CREATE INDEX session_kit_root ON "session_kit" (root) WHERE successor IS NULL;
CREATE INDEX session_kit_owner ON "session_kit" (owner) WHERE owner IS NOT NULL;
CREATE INDEX session_kit_expires_at ON "session_kit" (expires_at);

-- Since when all sign-ins of an owner have been ended; -1: never.
CREATE TABLE "session_kit_cutoff" (
    owner text COLLATE "C" PRIMARY KEY,
    at bigint NOT NULL,
    expires_at bigint NOT NULL
);

CREATE INDEX session_kit_cutoff_expires_at ON "session_kit_cutoff" (expires_at);

-- The versions of these tables, and the oldest version that a program has to know to work with each.
CREATE TABLE "session_kit_version" (
    version bigint PRIMARY KEY,
    readable_by bigint NOT NULL
);

INSERT INTO "session_kit_version" VALUES (1, 1);
