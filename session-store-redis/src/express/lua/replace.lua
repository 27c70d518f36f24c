-- KEYS: the session. ARGV: its new text, its time to live in seconds, the digest of the text that it must have.
local text = redis.call('GET', KEYS[1])
if not text then return {'gone'} end
local digest = redis.sha1hex(text)
if digest ~= ARGV[3] then
  return {'changed', text, digest, redis.call('PTTL', KEYS[1])}
end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return {'replaced', redis.sha1hex(ARGV[1])}
