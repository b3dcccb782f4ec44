-- Takes entries that are due, those first that were left alone for longest. So nobody
-- else takes them meanwhile, and what can't be delivered is not in the way of the rest.
-- KEYS: 1 the index of entries, by when they are due
-- ARGV: 1 entries at most, 2 seconds for which nobody takes them again, 3 seconds that
--   anything is left alone at most
-- Gives: the time in whole seconds, how many entries wait, and those taken
local time = redis.call('TIME')
local now = time[1] + time[2] / 1e6
local taken = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[1])
if #taken == 0 then
  -- Those that a clock has dated which was ahead of this one.
  taken = redis.call('ZRANGEBYSCORE', KEYS[1], now + ARGV[3] + 1, '+inf', 'LIMIT', 0, ARGV[1])
end
for _, entry in ipairs(taken) do
  redis.call('ZADD', KEYS[1], now + ARGV[2], entry)
end
return {tonumber(time[1]), redis.call('ZCOUNT', KEYS[1], '-inf', now + ARGV[2]), taken}
