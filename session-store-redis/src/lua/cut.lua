-- Moves the owner's cut-off, never back, and lists what is entered. KEYS: the owner's index. ARGV: now.
local now = tonumber(ARGV[1])
redis.call('ZADD', KEYS[1], 'GT', now + CUT_OFF_KEPT, 'cut')
keep(KEYS[1], now, now + CUT_OFF_KEPT)
return redis.call('ZRANGE', KEYS[1], 0, -1)
