-- The old key's part of a rotation in steps. KEYS: the old key. ARGV: now, expected revision, mark, its time to live, name
-- of the new key.
local now = tonumber(ARGV[1])
local bytes = head(KEYS[1])
if not is_current(bytes, now, ARGV[2]) then
  -- Sent again: the mark is this rotation's.
  if kind(bytes) == 'mark' and successor(bytes) == ARGV[5] then
    return {moment(bytes, 2) > now and 'applied' or 'over'}
  end
  return elsewhere(KEYS[1], bytes, now, true)
end
redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
return {'applied'}
