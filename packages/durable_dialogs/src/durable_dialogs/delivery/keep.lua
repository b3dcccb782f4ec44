-- Extends or releases a lease, unless another worker has it by now.
-- KEYS: 1 the lease
-- ARGV: 1 the value of the caller's lease, 2 seconds that it lasts from now, 0 to release it
-- Returns: 1, or 0 if another worker has the lease
local found = redis.call('GET', KEYS[1])
if found and found ~= ARGV[1] then
  return 0
end
if ARGV[2] == '0' then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
end
return 1
