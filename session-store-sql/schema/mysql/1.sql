-- Version 1 of session-kit's tables, for MySQL and MariaDB. Running it again does nothing.
--
-- A session is one row for its whole life, by its primary key `root`: a rotation changes its `id` and leaves a second row, the
-- mark, under the old one. So whoever waited for the row finds it again.

CREATE TABLE IF NOT EXISTS `session_kit` (
    root BINARY(32) NOT NULL PRIMARY KEY,       -- the session's first key; of a mark: the key that the session got
    id BINARY(32) NOT NULL,                     -- SHA-256 of the session's id
    target BINARY(32),                          -- of a mark: the `root` of its session
    revision BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL DEFAULT 0,       -- this and the next two: milliseconds since 1970-01-01T00:00:00Z
    last_seen_at BIGINT NOT NULL DEFAULT 0,
    expires_at BIGINT NOT NULL,
    owner VARBINARY(255),                       -- who is signed in, in UTF-8
    payload LONGBLOB,
    UNIQUE KEY session_kit_id (id),
    KEY session_kit_owner (owner),
    KEY session_kit_expires_at (expires_at)
) ENGINE=InnoDB;

-- Since when all sign-ins of an owner have been ended.
CREATE TABLE IF NOT EXISTS `session_kit_cutoff` (
    owner VARBINARY(255) NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    KEY session_kit_cutoff_expires_at (expires_at)
) ENGINE=InnoDB;

-- The versions of these tables, and the oldest version that a program has to know to work with each.
CREATE TABLE IF NOT EXISTS `session_kit_version` (
    version BIGINT NOT NULL PRIMARY KEY,
    readable_by BIGINT NOT NULL
) ENGINE=InnoDB;

INSERT IGNORE INTO `session_kit_version` VALUES (1, 1);
