INSERT INTO "session_kit_cutoff" AS t (owner, at, expires_at)
VALUES ($1, $2, $3)
ON CONFLICT (owner) DO UPDATE
SET at = GREATEST(t.at, excluded.at), expires_at = GREATEST(t.expires_at, excluded.expires_at)
