-- Tells of the last permit to draw on a message.
-- KEYS: 1 the last permit of the message, as edit_permit.lua writes it
-- Gives: seconds since the permit, the version to be drawn, and the time; nil if not remembered
local permit = redis.call('HMGET', KEYS[1], 'at', 'version')
if not permit[1] then
  return nil
end
local time = redis.call('TIME')
local now = time[1] + time[2] / 1e6
return {tostring(now - permit[1]), permit[2], time[1] .. string.format('.%06d', time[2])}
