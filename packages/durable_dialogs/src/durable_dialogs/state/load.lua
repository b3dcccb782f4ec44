-- Loads one record (a stack with its contexts) and the mark of an update.
-- KEYS: 1 the update's mark, 2 the record, or the intent that holds the record's name
-- ARGV: 1 "intent" or "record", 2 the beginning of the keys of the chat's records
-- Returns: the mark or nil, the record's key, its version, data and message
local done = redis.call('GET', KEYS[1])
local record = KEYS[2]
if ARGV[1] == 'intent' then
  local name = redis.call('GET', record)
  if not name then
    return {done, '', false, false, false}
  end
  -- Older versions wrote the whole key.
  record = ARGV[2] .. string.gsub(name, '^.*}:stack:', '')
end
local fields = redis.call('HMGET', record, 'version', 'data', 'message')
return {done, record, fields[1], fields[2], fields[3]}
