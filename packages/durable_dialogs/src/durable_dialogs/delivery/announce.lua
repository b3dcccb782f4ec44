-- Notes entries in the index of the outbox before they are committed.
-- KEYS: 1 the index of entries, by the time when they are due
-- ARGV: 1 seconds that the committing worker has to deliver them itself, then the entries
local time = redis.call('TIME')
local due = time[1] + time[2] / 1e6 + ARGV[1]
for position = 2, #ARGV do
  redis.call('ZADD', KEYS[1], due, ARGV[position])
end
return 1
