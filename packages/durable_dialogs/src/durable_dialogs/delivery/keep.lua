-- Goes on holding what was claimed, or lets go of it, unless it is somebody else's by now.
-- KEYS: 1 the claim
-- ARGV: 1 what it holds while it is the caller's, 2 seconds to hold it, 0 to let go
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
