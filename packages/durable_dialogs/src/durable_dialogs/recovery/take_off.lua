-- Takes entries out of an index that are as they were written.
-- KEYS: 1 the index
-- ARGV: names of entries, each followed by what was written
-- Gives: the names of those that were taken out
local taken = {}

for place = 1, #ARGV, 2 do
  if redis.call('HGET', KEYS[1], ARGV[place]) == ARGV[place + 1] then
    redis.call('HDEL', KEYS[1], ARGV[place])
    table.insert(taken, ARGV[place])
  end
end
return taken
