-- What stands under a session's key; bytes are counted from 1.
--
--   a record   R, ends 2-9, last seen 10-17, told 18-25, revision 26-33, created 34-41, length of the owner 42, owner, payload
--   a mark     M, ends 2-9, successor 10-52
--   an ended   D: a tombstone, where one is needed
--
-- Moments are read as doubles, which are exact for the next 280,000 years. Revisions are compared as bytes.

local function moment(bytes, at) return (struct.unpack('>I8', bytes, at)) end

-- Enough for everything before the payload.
local function head(key) return redis.call('GETRANGE', key, 0, 296) end

local function kind(bytes)
  local first = bytes:sub(1, 1)
  if first == '' or bytes == 'D' then return 'nothing' end
  if first == 'R' and #bytes >= 42 and #bytes >= 42 + bytes:byte(42) then return 'record' end
  if first == 'M' and #bytes == 52 then return 'mark' end
  return 'foreign'
end

local function owner(bytes) return bytes:sub(43, 42 + bytes:byte(42)) end

local function successor(bytes) return bytes:sub(10, 52) end

local function is_current(bytes, now, revision)
  return kind(bytes) == 'record' and moment(bytes, 2) > now and bytes:sub(26, 33) == revision
end

-- The answer where the record is not the one that was expected.
local function elsewhere(key, bytes, now, wants_record)
  local what = kind(bytes)
  if what == 'foreign' then return {'foreign'} end
  if what == 'nothing' or moment(bytes, 2) <= now then return {'gone'} end
  if what == 'mark' then return {'moved', successor(bytes)} end
  if wants_record then return {'conflict', redis.call('GET', key)} end
  return {'stale'}
end

-- The answer to a rotation to `name` then: one that is sent again finds its own mark.
local function rotated_before(key, bytes, now, name)
  if kind(bytes) == 'mark' and successor(bytes) == name then
    return {moment(bytes, 2) > now and 'applied' or 'over'}
  end
  return elsewhere(key, bytes, now, true)
end
