-- Does nothing. It fails where the table, a column or a right is missing.
INSERT INTO `session_kit_cutoff` (owner, at, expires_at)
SELECT owner, at, expires_at FROM `session_kit_cutoff` WHERE owner IS NULL
ON DUPLICATE KEY UPDATE at = ?, expires_at = ?
