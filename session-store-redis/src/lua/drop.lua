-- Takes back the first step of a rotation or of a creation. KEYS: the session. ARGV: its revision.
local bytes = head(KEYS[1])
if kind(bytes) == 'record' and bytes:sub(26, 33) == ARGV[1] then redis.call('UNLINK', KEYS[1]) end
return {'dropped'}
