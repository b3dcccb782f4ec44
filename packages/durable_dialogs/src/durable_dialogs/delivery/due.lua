-- Takes entries that are due, the longest due first, and puts them off: no other worker takes them
-- meanwhile, and an entry that can't be delivered gets behind the rest.
-- KEYS: 1 the index of entries, by the time when they are due
-- ARGV: 1 entries at most, 2 seconds by which a taken entry is put off, 3 the longest time in
--   seconds by which any entry is put off
-- Returns: the time in whole seconds, the number of entries that wait, and the entries taken
local time = redis.call('TIME')
local now = time[1] + time[2] / 1e6
local taken = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[1])
if #taken == 0 then
  -- Entries beyond the longest time were dated by a clock that was ahead of this one.
  taken = redis.call('ZRANGEBYSCORE', KEYS[1], now + ARGV[3] + 1, '+inf', 'LIMIT', 0, ARGV[1])
end
for _, entry in ipairs(taken) do
  redis.call('ZADD', KEYS[1], now + ARGV[2], entry)
end
return {tonumber(time[1]), redis.call('ZCOUNT', KEYS[1], '-inf', now + ARGV[2]), taken}
