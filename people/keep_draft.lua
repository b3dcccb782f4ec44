-- Keeps a draft of a person; beyond a number of drafts, their oldest are dropped.
-- KEYS: 1 the draft, 2 the index of the person's drafts by the time when each was last offered
-- ARGV: 1 the draft's id, 2 the draft, 3 seconds to keep it, 4 drafts at most
-- Returns: the ids of the drafts that the caller must delete
local time = redis.call('TIME')
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
redis.call('ZADD', KEYS[2], time[1] + time[2] / 1e6, ARGV[1])
redis.call('EXPIRE', KEYS[2], ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', time[1] - ARGV[3])
local dropped = redis.call('ZRANGE', KEYS[2], 0, -1 - ARGV[4])
if #dropped > 0 then
  redis.call('ZREM', KEYS[2], unpack(dropped))
end
return dropped
