-- KEYS: the session. ARGV: its time to live in seconds.
local left = redis.call('PTTL', KEYS[1])
if left == -2 then return {'gone'} end
if left < ARGV[1] * 1000 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return {'touched'}
