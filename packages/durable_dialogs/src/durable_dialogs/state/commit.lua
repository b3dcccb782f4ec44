-- Writes everything that an update has changed, or nothing.
-- KEYS: 1 the update's mark, 2 the outbox, then each key that `touched` and `records` name
-- ARGV: 1 the commit as JSON:
--   memory: seconds that the mark lives, 0 for no mark
--   ttl: seconds that records live
--   touched: keys of data that must live as long as the records
--   outbox: {entry id: payload}
--   records: [{key, name, version, data, message, intents, opened, closed}]
--     name: the record's name within the chat, "" for data of the application
--     version: as loaded, "0" if there was no record
--     data: "" to delete the record
--     message: the message that shows the record, "" for none, absent if unchanged
--     intents, opened, closed: keys of all contexts, of new ones, and of those that are gone
-- Returns: the version written; or "" if a record has changed since it was loaded, or if the id of a
--   new context is taken; or the mark in an array, if the update was done before
-- An error means that nothing was written. Redis does not undo what a script wrote before it failed,
-- so the script checks everything that may fail before its first write. Redis itself checks memory,
-- disk, replicas and slots at the first write only, and the user's permissions at each write.
local commit = cjson.decode(ARGV[1])
local writes = {}

local function write(...)
  table.insert(writes, {...})
end

-- Both of two workers may have found no mark when they loaded. Versions do not tell them apart if the
-- update changes no record.
local done = commit.memory > 0 and redis.call('GET', KEYS[1])
if done then
  return {done}
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

-- A version is the time, so that it is never used twice, even if a record is deleted and made anew.
-- If the clock is behind the last version, the version is that one with a counter. The counter has
-- a fixed width, because versions are compared as strings.
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
    if record.name ~= '' then
      table.insert(names, record.name)
    end
  end
end
for _, key in ipairs(commit.touched) do
  write('EXPIRE', key, commit.ttl)
end

if commit.memory > 0 then
  write('SET', KEYS[1], table.concat(names, '\n'), 'EX', commit.memory)
end
for id, payload in pairs(commit.outbox) do
  write('HSET', KEYS[2], id, payload)
end
if next(commit.outbox) then
  -- Fails if the key is no hash. HGET above has checked the types of records.
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
