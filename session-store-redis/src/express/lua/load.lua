-- KEYS: the session.
local text = redis.call('GET', KEYS[1])
if not text then return {'gone'} end
return {'found', text, redis.sha1hex(text), redis.call('PTTL', KEYS[1])}
