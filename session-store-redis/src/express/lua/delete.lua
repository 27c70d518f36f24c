-- KEYS: the session. ARGV: the digest of the text that it must have (or '').
local text = redis.call('GET', KEYS[1])
if not text then return {'absent'} end
if ARGV[1] ~= '' and redis.sha1hex(text) ~= ARGV[1] then return {'changed'} end
redis.call('DEL', KEYS[1])
return {'removed'}
