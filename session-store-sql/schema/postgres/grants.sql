-- The rights that a program needs when somebody else makes the tables: those of the role that it connects as, here
-- "session_kit_user". Where the tables are in a schema other than `public`, it also needs USAGE on that.

GRANT SELECT, INSERT, UPDATE, DELETE ON "session_kit" TO "session_kit_user";
GRANT SELECT, INSERT, UPDATE, DELETE ON "session_kit_cutoff" TO "session_kit_user";
GRANT SELECT ON "session_kit_version" TO "session_kit_user";
