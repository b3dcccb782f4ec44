-- Claims the sending of a message, or releases it, unless another worker sends or has sent it.
-- KEYS: 1 the claim
-- ARGV: 1 the worker, 2 what to write: "WORKER VERSION DIGEST", "off" to cancel the message,
--   "" to release it, 3 seconds to keep that, 4 a dead worker whose claim may be taken over, or ""
-- Gives: what another worker has written, false if nothing is there now but the caller's claim;
--   and the milliseconds for which that is still kept
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
