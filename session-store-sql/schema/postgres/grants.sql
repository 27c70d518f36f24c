-- The smallest rights with which the store works, once somebody else has run the numbered files in this folder. The program then
-- says `without_migration`. Put your role in place of "shop". Tables in a schema other than `public` also need USAGE on that.

GRANT SELECT, INSERT, UPDATE, DELETE ON "session_kit" TO "shop";
GRANT SELECT, INSERT, UPDATE, DELETE ON "session_kit_cutoff" TO "shop";
GRANT SELECT ON "session_kit_version" TO "shop";
