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
local commit = cjson.decode(ARGV[1])

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
    redis.call('DEL', intent)
  end
  if record.data == '' then
    redis.call('DEL', record.key)
  else
    redis.call('HSET', record.key, 'version', version, 'data', record.data)
    if record.message then
      redis.call('HSET', record.key, 'message', record.message)
    end
    redis.call('EXPIRE', record.key, commit.ttl)
    for _, intent in ipairs(record.intents) do
      redis.call('SET', intent, record.name, 'EX', commit.ttl)
    end
    if record.key ~= KEYS[3] then
      table.insert(names, record.name)
    end
  end
end
redis.call('EXPIRE', KEYS[3], commit.ttl)

if commit.memory > 0 then
  redis.call('SET', KEYS[1], table.concat(names, '\n'), 'EX', commit.memory)
end
for id, payload in pairs(commit.outbox) do
  redis.call('HSET', KEYS[2], id, payload)
end
return version
