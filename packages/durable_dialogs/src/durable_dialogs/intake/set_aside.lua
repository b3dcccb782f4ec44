-- Keeps an update that can't be read, unless it is kept already, and makes room for it.
-- KEYS: 1 the update, 2 the index of all updates by time, 3 the hash of notes: time, bytes, kind, why
-- ARGV: 1 the update's name, 2 its bytes, 3 its note without the time, 4 seconds to keep it,
--   5 updates at most, 6 bytes of all updates at most
-- Returns: the names of the updates that the caller must delete, the oldest first
local now = tonumber(redis.call('TIME')[1])
if redis.call('ZADD', KEYS[2], 'NX', now, ARGV[1]) == 1 then
  redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[4])
  redis.call('HSET', KEYS[3], ARGV[1], now .. ' ' .. ARGV[3])
end
local old = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now - ARGV[4])
for _, name in ipairs(old) do
  redis.call('ZREM', KEYS[2], name)
  redis.call('HDEL', KEYS[3], name)
end
local bytes = 0
for _, note in ipairs(redis.call('HVALS', KEYS[3])) do
  bytes = bytes + tonumber(string.match(note, '^%d+ (%d+)'))
end
local gone = {}
local count = redis.call('ZCARD', KEYS[2])
while count > 1 and (count > tonumber(ARGV[5]) or bytes > tonumber(ARGV[6])) do
  local name = redis.call('ZPOPMIN', KEYS[2])[1]
  bytes = bytes - tonumber(string.match(redis.call('HGET', KEYS[3], name), '^%d+ (%d+)'))
  redis.call('HDEL', KEYS[3], name)
  gone[#gone + 1] = name
  count = count - 1
end
redis.call('EXPIRE', KEYS[2], ARGV[4])
redis.call('EXPIRE', KEYS[3], ARGV[4])
return gone
