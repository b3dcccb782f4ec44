-- Writes a worker's heartbeat, and gives the names of all live workers and their addresses.
-- KEYS: 1 the workers, sorted by their last heartbeat
--       2 the addresses, a hash by worker; workers of former versions have none
-- ARGV: 1 the worker, 2 seconds without a heartbeat after which a worker is removed
--       3 the address where the worker takes updates from others, empty if it takes none
local now = tonumber(redis.call('TIME')[1])
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[2])
local workers = redis.call('ZRANGE', KEYS[1], 0, -1)
if ARGV[3] ~= '' then
    redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
end
local live = {}
for _, worker in ipairs(workers) do
    live[worker] = true
end
local addresses = redis.call('HGETALL', KEYS[2])
for place = 1, #addresses, 2 do
    if not live[addresses[place]] then
        redis.call('HDEL', KEYS[2], addresses[place])
    end
end
redis.call('EXPIRE', KEYS[2], ARGV[2])
return {workers, redis.call('HGETALL', KEYS[2])}
