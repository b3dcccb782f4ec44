-- Notes the message that shows a record, if the record still waits for this one.
-- KEYS: 1 the record
-- ARGV: 1 what the record holds while the message is being sent, 2 the message's id
if redis.call('HGET', KEYS[1], 'message') == ARGV[1] then
  redis.call('HSET', KEYS[1], 'message', ARGV[2])
end
return 1
