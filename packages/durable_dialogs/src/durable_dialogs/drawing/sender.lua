-- Claims the sending of a message, or releases it, unless another worker sends it or has sent it.
-- KEYS: 1 who sends the message
-- ARGV: 1 the worker, 2 what to write for it: "WORKER VERSION DIGEST", "off" where the message
--   shall not be sent any more, "" to release it, 3 seconds to keep that, 4 a worker that lives no more, or ""
-- Gives: what another has written there, false if there is nothing now but the caller's; and how
--   many milliseconds that is still kept
local found = redis.call('GET', KEYS[1])
local sender = found and string.match(found, '^%S+')
if sender and sender ~= ARGV[1] and sender ~= ARGV[4] then
  return {found, redis.call('PTTL', KEYS[1])}
end
if ARGV[2] == '' then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
end
return {false, 0}
