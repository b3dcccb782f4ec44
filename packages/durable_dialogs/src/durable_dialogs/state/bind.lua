-- Replaces the placeholder in a record by the id of its message, if the placeholder is still there.
-- KEYS: 1 the record
-- ARGV: 1 the placeholder, 2 the message's id
if redis.call('HGET', KEYS[1], 'message') == ARGV[1] then
  redis.call('HSET', KEYS[1], 'message', ARGV[2])
end
return 1
