-- Puts entries off that a worker is delivering, so that no other worker takes them meanwhile.
-- KEYS: 1 the index of entries, by the time when they are due
-- ARGV: 1 seconds by which to put them off, then the entries; those that are delivered stay away
local time = redis.call('TIME')
local due = time[1] + time[2] / 1e6 + ARGV[1]
for position = 2, #ARGV do
  redis.call('ZADD', KEYS[1], 'XX', due, ARGV[position])
end
return 1
