-- KEYS: the owner's index. ARGV: now, when the sign-in began (or ''), name, the end to tell.
if not enter(KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])) then return {'cut off'} end
return {'entered'}
