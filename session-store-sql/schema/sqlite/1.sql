-- Version 1 of session-kit's tables, for SQLite.
--
-- A rotation files the session under its new `id` and turns the row of the old one into the mark.

CREATE TABLE "session_kit" (
    id BLOB NOT NULL PRIMARY KEY,            -- SHA-256 of the session's id
    successor BLOB,                          -- of a mark: the key that the session got
    revision INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL DEFAULT 0,   -- this and the next two: milliseconds since 1970-01-01T00:00:00Z
    last_seen_at INTEGER NOT NULL DEFAULT 0,
    expires_at INTEGER NOT NULL,
    owner TEXT,                              -- who is signed in
    payload BLOB
) STRICT;

CREATE INDEX session_kit_owner ON "session_kit" (owner) WHERE owner IS NOT NULL;
CREATE INDEX session_kit_expires_at ON "session_kit" (expires_at);

-- Since when all sign-ins of an owner have been ended.
CREATE TABLE "session_kit_cutoff" (
    owner TEXT NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX session_kit_cutoff_expires_at ON "session_kit_cutoff" (expires_at);

-- The versions of these tables, and the oldest version that a program has to know to work with each.
CREATE TABLE "session_kit_version" (
    version INTEGER NOT NULL PRIMARY KEY,
    readable_by INTEGER NOT NULL
) STRICT;

INSERT INTO "session_kit_version" VALUES (1, 1);
