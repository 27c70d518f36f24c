-- KEYS: the old key, the new key, the new owner's index if there is an owner. ARGV: now, expected revision, mark, its time
-- to live, name of the new key, record, its time to live, when the sign-in began (or ''), the end to tell, name of the
-- old key.
local now = tonumber(ARGV[1])
local bytes = head(KEYS[1])
if not is_current(bytes, now, ARGV[2]) then return rotated_before(KEYS[1], bytes, now, ARGV[5]) end
if KEYS[3] then
  if not enter(KEYS[3], now, tonumber(ARGV[8]), ARGV[5], tonumber(ARGV[9])) then return {'cut off'} end
  redis.call('ZREM', KEYS[3], ARGV[10])
end
redis.call('SET', KEYS[2], ARGV[6], 'PX', ARGV[7])
redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
return {'applied'}
