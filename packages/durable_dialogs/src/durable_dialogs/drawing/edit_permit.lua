-- Gives the permit to draw on a message, at the rate of one token bucket for all workers.
-- KEYS: 1 the chat's token bucket, 2 the last permit of the message, 3 the record that it shows
-- ARGV: 1 the bucket's size, 2 tokens that come back in a second, 3 the version to be drawn,
--   4 a digest of its buttons, 5 seconds for which the permit is remembered,
--   6 "1" if the buttons change as far as the worker knows, which counts if no permit is
--   remembered, 7 the message, 8 how many edits in a row may be skipped for a later version
-- Gives: "draw", "wait", or "skip" if a later version was drawn, or will be; the tokens that
-- there are; and the time
-- The keys and their fields keep their names of earlier versions.
local burst, rate, version, buttons = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], ARGV[4]
local time = redis.call('TIME')
local now = time[1] + time[2] / 1e6
local told = time[1] .. string.format('.%06d', time[2])

local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'since')
local tokens = math.min(burst, (bucket[1] or burst) + math.max(0, now - (bucket[2] or now)) * rate)
local last = redis.call('HMGET', KEYS[2], 'version', 'buttons', 'passed', 'record')
local stored = redis.call('HMGET', KEYS[3], 'version', 'message')
local same_buttons = last[2] == buttons or not last[2] and ARGV[6] == '0'
local is_old = stored[1] and stored[1] > version
-- The versions of different records may come from different clocks. So if the record and the
-- buttons differ, an edit is not skipped unless its own record has a later version.
if last[1] and last[1] > version and (same_buttons or is_old or last[4] == KEYS[3]) then
  return {'skip', tostring(tokens), told}
end
-- New buttons don't wait, because people can't go on before they see them.
if same_buttons then
  -- The worker that has committed a later version draws everything new. Limited in a row, because
  -- the record may change again and again, each time by another worker.
  is_old = is_old and (stored[2] or ARGV[7]) == ARGV[7]
  if last[1] and is_old and tonumber(last[3] or 0) < tonumber(ARGV[8]) then
    redis.call('HINCRBY', KEYS[2], 'passed', 1)
    return {'skip', tostring(tokens), told}
  end
  if tokens < 1 then
    return {'wait', tostring(tokens), told}
  end
end

redis.call('HSET', KEYS[1], 'tokens', math.max(tokens - 1, 0), 'since', now)
redis.call('EXPIRE', KEYS[1], ARGV[5])
redis.call('HSET', KEYS[2], 'version', version, 'buttons', buttons, 'at', now, 'passed', 0,
  'record', KEYS[3])
redis.call('EXPIRE', KEYS[2], ARGV[5])
return {'draw', tostring(tokens), told}
