-- KEYS: the session. ARGV: now, the owner that it must have (or ''), how long a tombstone stays (or '' for none).
local now = tonumber(ARGV[1])
local bytes = head(KEYS[1])
local what = kind(bytes)
if what == 'foreign' then return {'foreign'} end
if what == 'nothing' then return {'absent'} end
local is_over = moment(bytes, 2) <= now
if what == 'mark' then
  if is_over and ARGV[2] == '' then return {'absent'} end
  return {'moved', successor(bytes)}
end
if ARGV[2] ~= '' and owner(bytes) ~= ARGV[2] then return {'absent'} end
-- In this order a full server has room for the tombstone.
redis.call('UNLINK', KEYS[1])
if ARGV[3] ~= '' then redis.call('SET', KEYS[1], 'D', 'PX', ARGV[3]) end
if is_over then return {'absent'} end
return {'deleted'}
