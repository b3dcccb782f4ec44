-- Signs a worker up, and gives all that there are.
-- KEYS: 1 the list of workers, by when they were seen last
-- ARGV: 1 the worker, 2 seconds without a sign after which one counts no more
local now = tonumber(redis.call('TIME')[1])
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return redis.call('ZRANGE', KEYS[1], 0, -1)
