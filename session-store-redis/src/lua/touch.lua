-- KEYS: the session. ARGV: now, expected revision, end, last activity, time to live with that end,
-- the end that the owner's index was told since (or '').
local now = tonumber(ARGV[1])
local bytes = head(KEYS[1])
if not is_current(bytes, now, ARGV[2]) then return elsewhere(KEYS[1], bytes, now, false) end
local ends, seen, told = bytes:sub(2, 9), bytes:sub(10, 17), bytes:sub(18, 25)
local is_later = moment(ARGV[3], 1) > moment(ends, 1)
if ARGV[6] ~= '' then
  told = ARGV[6]
elseif is_later and owner(bytes) ~= '' and moment(ARGV[3], 1) > moment(told, 1) then
  return {'tell', owner(bytes)}
end
if is_later then ends = ARGV[3] end
if moment(ARGV[4], 1) > moment(seen, 1) then seen = ARGV[4] end
-- In this order a full server lets it pass: it takes no room.
if is_later then redis.call('PEXPIRE', KEYS[1], ARGV[5]) end
redis.call('SETRANGE', KEYS[1], 1, ends .. seen .. told)
return {'touched'}
