-- Moves the owner's cut-off, never back, and lists what is entered. KEYS: the owner's index. ARGV: now.
local now = tonumber(ARGV[1])
-- No session has this name. After a command that writes, a full server lets the next one have room: sessions must end there too.
redis.call('ZREM', KEYS[1], '')
redis.call('ZADD', KEYS[1], 'GT', now + CUT_OFF_KEPT, 'cut')
keep(KEYS[1], now, now + CUT_OFF_KEPT)
return redis.call('ZRANGE', KEYS[1], 0, -1)
