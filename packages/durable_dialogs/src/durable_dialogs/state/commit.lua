-- Writes all that an update has changed, or nothing.
-- KEYS: 1 the update's mark, 2 the outbox, 3 the chat's roll, which lives as long as what
-- it lists, then every key that `records` names
-- ARGV: 1 the commit as JSON:
--   memory: seconds that the mark is kept, 0 for no mark
--   ttl: seconds that records live
--   outbox: {id: payload}
--   records: [{key, name, version, data, message, intents, opened, closed}]
--     name: the key without what the keys of the chat's records begin with;
--     version: as loaded, "0" where there was none; data: "" to delete;
--     message: the message that shows it, "" for none, absent where unchanged;
--     intents, opened, closed: keys of the contexts that are there, new, gone
-- Gives: the version written, or "" where another was faster or the id of a new
-- context is taken
-- An error means that nothing was written. Redis keeps what a script has written before it fails,
-- so whatever may fail is tried before the first write. Memory, disk, replicas and slots Redis looks
-- at itself, at the first write alone; a user's permissions at each.
local commit = cjson.decode(ARGV[1])
local writes = {}

local function write(...)
  table.insert(writes, {...})
end

for _, record in ipairs(commit.records) do
  if (redis.call('HGET', record.key, 'version') or '0') ~= record.version then
    return ''
  end
  for _, intent in ipairs(record.opened) do
    if redis.call('EXISTS', intent) == 1 then
      return ''
    end
  end
end

-- The time, so that a version never comes again, also when a record ends and begins anew.
-- While the clock is behind the last version, that goes on with a counter. Versions are
-- compared as strings, so its width is fixed.
local time = redis.call('TIME')
local version = time[1] .. string.format('%06d', time[2])
for _, record in ipairs(commit.records) do
  if version <= record.version then
    local base, count = record.version:match('^(%d+)%+?(%d*)')
    version = string.format('%s+%010d', base, (tonumber(count) or 0) + 1)
  end
end
local names = {}

for _, record in ipairs(commit.records) do
  for _, intent in ipairs(record.closed) do
    write('DEL', intent)
  end
  if record.data == '' then
    write('DEL', record.key)
  else
    write('HSET', record.key, 'version', version, 'data', record.data)
    if record.message then
      write('HSET', record.key, 'message', record.message)
    end
    write('EXPIRE', record.key, commit.ttl)
    for _, intent in ipairs(record.intents) do
      write('SET', intent, record.name, 'EX', commit.ttl)
    end
    if record.key ~= KEYS[3] then
      table.insert(names, record.name)
    end
  end
end
write('EXPIRE', KEYS[3], commit.ttl)

if commit.memory > 0 then
  write('SET', KEYS[1], table.concat(names, '\n'), 'EX', commit.memory)
end
for id, payload in pairs(commit.outbox) do
  write('HSET', KEYS[2], id, payload)
end
if next(commit.outbox) then
  -- Raises an error if somebody has put something else there; a record's type was seen above.
  redis.call('HLEN', KEYS[2])
end

for _, command in ipairs(writes) do
  if not redis.acl_check_cmd(command[1], command[2]) then
    return redis.error_reply('NOPERM the user may not ' .. command[1] .. ' ' .. command[2])
  end
end
for _, command in ipairs(writes) do
  redis.call(unpack(command))
end
return version
