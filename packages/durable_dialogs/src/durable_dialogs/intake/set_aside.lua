-- Keeps an update that can't be read, unless it is kept already, and makes room for it. The oldest
-- make room first; payments do only when nothing else is left, because money has changed hands.
-- KEYS: 1 the update, 2 the index of all updates by time, 3 the hash of notes: time, bytes, kind, why
-- ARGV: 1 the update's name, 2 its bytes, 3 its note without the time, 4 seconds to keep it,
--   5 updates at most, 6 bytes of all updates at most
-- Returns: the names of the updates that the caller must delete
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

local names, sizes, is_payment = redis.call('ZRANGE', KEYS[2], 0, -1), {}, {}
local count, bytes = #names, 0
for _, name in ipairs(names) do
  -- A former version could be killed after it had deleted a note, before the entry of the index.
  local note = redis.call('HGET', KEYS[3], name) or '0 0'
  sizes[name] = tonumber(string.match(note, '^%d+ (%d+)'))
  is_payment[name] = string.find(note, ' message%.%l+_payment') ~= nil
  bytes = bytes + sizes[name]
end
local gone = {}
for _, payments in ipairs({false, true}) do
  for _, name in ipairs(names) do
    local is_full = count > tonumber(ARGV[5]) or bytes > tonumber(ARGV[6])
    if is_full and count > 1 and is_payment[name] == payments then
      redis.call('ZREM', KEYS[2], name)
      redis.call('HDEL', KEYS[3], name)
      gone[#gone + 1] = name
      count, bytes = count - 1, bytes - sizes[name]
    end
  end
end
redis.call('EXPIRE', KEYS[2], ARGV[4])
redis.call('EXPIRE', KEYS[3], ARGV[4])
return gone
