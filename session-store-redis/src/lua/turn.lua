-- The old key's part of a rotation in steps. KEYS: the old key. ARGV: now, expected revision, mark, its time to live, name
-- of the new key.
local now = tonumber(ARGV[1])
local bytes = head(KEYS[1])
if not is_current(bytes, now, ARGV[2]) then return rotated_before(KEYS[1], bytes, now, ARGV[5]) end
redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
return {'applied'}
