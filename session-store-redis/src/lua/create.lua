-- KEYS: the session, the owner's index. ARGV: now, record, its time to live, when the sign-in began (or ''), name,
-- the end to tell.
if redis.call('EXISTS', KEYS[1]) == 1 then return {'taken'} end
if not enter(KEYS[2], tonumber(ARGV[1]), tonumber(ARGV[4]), ARGV[5], tonumber(ARGV[6])) then return {'cut off'} end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return {'created'}
