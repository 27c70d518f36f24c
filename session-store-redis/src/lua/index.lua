-- An owner's index: a sorted set of the names of the owner's sessions by the end that it was told, and of the cut-off, as
-- the member `cut`, by when it may be forgotten. A session's real end is never later than the one told, so entries can be
-- removed by it.

local CUT_OFF_KEPT = 3600000
local GRACE = 60000

-- The set outlives its last entry by the grace.
local function keep(index, now, until_moment)
  local left = until_moment - now + GRACE
  if redis.call('PTTL', index) < left then redis.call('PEXPIRE', index, left) end
end

-- Whether the session may be the owner's; if so it is listed. A full server refuses the first command of a script that takes
-- room, but none after a command that writes: so listing comes before pruning, lest the rest of the script is let through.
local function enter(index, now, signed_in_at, name, told)
  local cut = redis.call('ZSCORE', index, 'cut')
  if signed_in_at and cut and tonumber(cut) - CUT_OFF_KEPT >= signed_in_at then return false end
  redis.call('ZADD', index, 'GT', told, name)
  redis.call('ZREMRANGEBYSCORE', index, '-inf', now - GRACE)
  keep(index, now, told)
  return true
end
