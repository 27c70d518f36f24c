INSERT INTO "session_kit_cutoff" (owner, at, expires_at)
VALUES ($1, $2, $3)
ON CONFLICT (owner) DO UPDATE SET at = max(at, excluded.at), expires_at = max(expires_at, excluded.expires_at)
