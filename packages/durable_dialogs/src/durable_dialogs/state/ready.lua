-- Tells which commands the user may not use, without using them, and writes something if it may all.
-- KEYS: 1 the key that is written
-- ARGV: 1 commands as JSON, each an array of its name and arguments. All that a command needs to
--   tell its keys have to be there: some servers crash otherwise (Valkey 9.1).
-- Gives: the names of the commands that the user may not use
local denied = {}

for _, command in ipairs(cjson.decode(ARGV[1])) do
  if not redis.acl_check_cmd(unpack(command)) then
    table.insert(denied, command[1])
  end
end
if #denied == 0 then
  -- A server that is full, or has lost its replicas, still answers.
  redis.call('SET', KEYS[1], 1, 'EX', 60)
end
return denied
