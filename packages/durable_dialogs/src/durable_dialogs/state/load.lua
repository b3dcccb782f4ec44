-- Loads one record (a stack with its contexts) and tells whether an update was done.
-- KEYS: 1 the update's mark, 2 the record, or the intent that names it
-- ARGV: 1 "intent" or "record"; 2 what the keys of the chat's records begin with
-- Gives: what the mark says or nil, the record's key, version, data, message
local done = redis.call('GET', KEYS[1])
local record = KEYS[2]
if ARGV[1] == 'intent' then
  local name = redis.call('GET', record)
  if not name then
    return {done, '', false, false, false}
  end
  -- What older versions have written is the whole key.
  record = ARGV[2] .. string.gsub(name, '^.*}:stack:', '')
end
local fields = redis.call('HMGET', record, 'version', 'data', 'message')
return {done, record, fields[1], fields[2], fields[3]}
