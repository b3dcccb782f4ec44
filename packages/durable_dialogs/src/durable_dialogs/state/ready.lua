-- Finds the commands that the user may not use, without running them. If there is none, writes a key.
-- KEYS: 1 the key to write
-- ARGV: 1 commands as JSON, each an array of its name and arguments. Each must have all arguments
--   from which the server finds the command's keys; else Valkey 9.1 crashes.
-- Returns: the names of the commands that the user may not use
local denied = {}

for _, command in ipairs(cjson.decode(ARGV[1])) do
  if not redis.acl_check_cmd(unpack(command)) then
    table.insert(denied, command[1])
  end
end
if #denied == 0 then
  -- A server without room, or without the replicas that it needs, answers but refuses to write.
  redis.call('SET', KEYS[1], 1, 'EX', 60)
end
return denied
