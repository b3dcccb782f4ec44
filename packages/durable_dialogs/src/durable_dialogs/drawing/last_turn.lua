-- Tells of the turn that was given last to draw on a message.
-- KEYS: 1 what was drawn last on the message, as turn.lua writes it
-- Gives: the seconds since then, the version to be drawn, and the time; nil where nobody knows
local drawn = redis.call('HMGET', KEYS[1], 'at', 'version')
if not drawn[1] then
  return nil
end
local time = redis.call('TIME')
local now = time[1] + time[2] / 1e6
return {tostring(now - drawn[1]), drawn[2], time[1] .. string.format('.%06d', time[2])}
