-- Removes entries from an index if they have not been changed.
-- KEYS: 1 the index, a hash
-- ARGV: names of entries, each followed by its expected value
-- Gives: the names of the entries that were removed
local removed = {}

for position = 1, #ARGV, 2 do
  if redis.call('HGET', KEYS[1], ARGV[position]) == ARGV[position + 1] then
    redis.call('HDEL', KEYS[1], ARGV[position])
    table.insert(removed, ARGV[position])
  end
end
return removed
