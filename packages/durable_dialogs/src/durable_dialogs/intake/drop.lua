-- Deletes an update of the quarantine and all that is kept about it.
-- KEYS: 1 the update, 2 the index of all updates, 3 the hash of notes, 4 the updates to try again
-- ARGV: 1 the update's name
-- Returns: 1 if it was kept, else 0
redis.call('DEL', KEYS[1])
redis.call('HDEL', KEYS[3], ARGV[1])
redis.call('ZREM', KEYS[4], ARGV[1])
return redis.call('ZREM', KEYS[2], ARGV[1])
