-- Notes entries in the index of the outbox; whoever commits them delivers them, too.
-- KEYS: 1 the index of entries, by when they are due
-- ARGV: 1 seconds after which others look at them, then the entries
local time = redis.call('TIME')
local due = time[1] + time[2] / 1e6 + ARGV[1]
for place = 2, #ARGV do
  redis.call('ZADD', KEYS[1], due, ARGV[place])
end
return 1
