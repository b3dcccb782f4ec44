-- Tells of the turn that was given last to draw on a message.
-- KEYS: 1 what was drawn last on the message, as turn.lua writes it
-- Gives: the seconds since then and the version to be drawn, nil where nobody knows
local drawn = redis.call('HMGET', KEYS[1], 'at', 'version')
if not drawn[1] then
  return nil
end
local time = redis.call('TIME')
return {tostring(time[1] + time[2] / 1e6 - drawn[1]), drawn[2]}
