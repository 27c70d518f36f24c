-- KEYS: the session. ARGV: its text, its time to live in seconds.
if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'EX', ARGV[2]) then return {'taken'} end
return {'created', redis.sha1hex(ARGV[1])}
