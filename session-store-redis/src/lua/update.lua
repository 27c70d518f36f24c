-- KEYS: the session. ARGV: now, expected revision, bytes 1-17 of the new record, bytes from 26 on, its time to live,
-- the end that the owner's index was told since (or '').
local now = tonumber(ARGV[1])
local bytes = head(KEYS[1])
if not is_current(bytes, now, ARGV[2]) then return elsewhere(KEYS[1], bytes, now, true) end
local told = bytes:sub(18, 25)
if ARGV[6] ~= '' then
  told = ARGV[6]
elseif owner(bytes) ~= '' and moment(ARGV[3], 2) > moment(told, 1) then
  return {'tell', owner(bytes)}
end
redis.call('SET', KEYS[1], ARGV[3] .. told .. ARGV[4], 'PX', ARGV[5])
return {'applied'}
