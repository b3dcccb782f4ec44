-- Notes the message that shows a record, unless the record has ended meanwhile.
-- KEYS: 1 the record
-- ARGV: 1 the message's id
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('HSET', KEYS[1], 'message', ARGV[1])
end
return 1
