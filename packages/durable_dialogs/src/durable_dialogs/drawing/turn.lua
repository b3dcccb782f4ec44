-- Gives the turn to draw on a message, at the pace that all workers keep together.
-- KEYS: 1 the chat's pace, 2 what was drawn last on the message, 3 the record that it shows
-- ARGV: 1 tokens at most, 2 tokens that come back in a second, 3 the version to be drawn,
--   4 a digest of its buttons, 5 seconds that what was drawn is remembered,
--   6 "1" where the buttons change as far as the worker knows, which counts if nothing is
--   remembered, 7 the message, 8 how often an older version is passed over for the latest
-- Gives: "draw", "wait", or "late" where a later version was drawn, or will be; the tokens that
-- there are; and the time
local burst, rate, version, buttons = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], ARGV[4]
local time = redis.call('TIME')
local now = time[1] + time[2] / 1e6
local told = time[1] .. string.format('.%06d', time[2])

local pace = redis.call('HMGET', KEYS[1], 'tokens', 'since')
local tokens = math.min(burst, (pace[1] or burst) + math.max(0, now - (pace[2] or now)) * rate)
local drawn = redis.call('HMGET', KEYS[2], 'version', 'buttons', 'passed', 'record')
local stands = redis.call('HMGET', KEYS[3], 'version', 'message')
local is_alike = drawn[2] == buttons or not drawn[2] and ARGV[6] == '0'
local is_old = stands[1] and stands[1] > version
-- Versions of several records may be by several clocks, so where the buttons differ too nothing
-- is late that may be the latest.
if drawn[1] and drawn[1] > version and (is_alike or is_old or drawn[4] == KEYS[3]) then
  return {'late', tostring(tokens), told}
end
-- Where the buttons change nobody can go on before they see them.
if is_alike then
  -- Whoever has changed the record since draws all that is new. Not for ever, as it may be
  -- changed again and again, and each time by another.
  is_old = is_old and (stands[2] or ARGV[7]) == ARGV[7]
  if drawn[1] and is_old and tonumber(drawn[3] or 0) < tonumber(ARGV[8]) then
    redis.call('HINCRBY', KEYS[2], 'passed', 1)
    return {'late', tostring(tokens), told}
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
