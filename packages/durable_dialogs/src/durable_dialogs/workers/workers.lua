-- Writes a worker's heartbeat, and gives the names of all live workers.
-- KEYS: 1 the workers, sorted by their last heartbeat
-- ARGV: 1 the worker, 2 seconds without a heartbeat after which a worker is removed
local now = tonumber(redis.call('TIME')[1])
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return redis.call('ZRANGE', KEYS[1], 0, -1)
