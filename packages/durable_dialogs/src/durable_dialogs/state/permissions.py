"""The permissions (ACL) that the bot's user of Redis needs, and a check of them."""

from pathlib import Path

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError

from durable_dialogs.redis.batch import Batch
from durable_dialogs.redis.errors import NO_PERMISSION, code_of
from durable_dialogs.state.keys import BotKeys

OF_KEYS = (
    "DEL",
    "EXISTS",
    "EXPIRE",
    "GET",
    "GETEX",
    "HDEL",
    "HGET",
    "HGETALL",
    "HINCRBY",
    "HLEN",
    "HMGET",
    "HSCAN",
    "HSET",
    "HVALS",
    "PFADD",
    "PFCOUNT",
    "PTTL",
    "SADD",
    "SET",
    "SMEMBERS",
    "SREM",
    "ZADD",
    "ZCARD",
    "ZCOUNT",
    "ZPOPMIN",
    "ZRANGE",
    "ZRANGEBYSCORE",
    "ZREM",
    "ZREMRANGEBYSCORE",
)
"""Commands that work on keys, including those that scripts call."""
OF_CHANNELS = ("PUBLISH", "SUBSCRIBE")
"""Commands that work on channels."""
WITHOUT_KEYS = (("TIME",), ("PING",), ("UNSUBSCRIBE",))
"""Commands without keys."""
SCRIPTING = ("EVALSHA", "EVAL")
"""Commands that run scripts."""
WAITING = ("WAIT", "1", "1")
"""The command that waits for replicas, needed only if commits must reach them."""


class MissingPermissionsError(Exception):
    """The user lacks permissions that the bot needs. The text names them in one line."""


class Permissions:
    """Asks Redis whether the bot's user has all permissions that the bot needs.

    A script that the user itself runs does it, because only administrators may use `ACL DRYRUN`.

    Args:
        redis: The connection, with `decode_responses` off.
        batch: Sends commands to the same Redis.
        keys: The bot's keys.
    """

    def __init__(self, redis: Redis, batch: Batch, keys: BotKeys) -> None:
        self._batch = batch
        self._script = redis.register_script(Path(__file__).with_name("ready.lua").read_text())
        self._prefix = keys.prefix
        self._key = keys.own("ready")
        # No chat has the id 0. The script never uses the key.
        examples = (self._key, keys.chat(0).outbox)
        commands: list[tuple[str, ...]] = [*WITHOUT_KEYS]
        commands += [(name, key) for name in OF_KEYS for key in examples]
        commands += [(name, keys.own("people")) for name in OF_CHANNELS]
        commands += [(name, "0", "1", key) for name in SCRIPTING for key in examples]
        if batch.replicas:
            commands.append(WAITING)
        self._commands = orjson.dumps(commands)

    async def check(self) -> None:
        """Check the user's permissions, and that Redis accepts a write.

        Raises:
            MissingPermissionsError: The user lacks permissions.
            RedisError: Redis can't be used for another reason.
        """
        try:
            denied = await self._batch.run(self._script, [self._key], [self._commands])
        except RedisError as error:
            if code_of(error) != NO_PERMISSION:
                raise
            # The user may not run the script either. The error names the command or key.
            raise MissingPermissionsError(f"Redis refuses what the bot needs: {error}") from error
        if denied:
            raise MissingPermissionsError(
                _line_of({name.decode() for name in denied}, self._prefix)
            )


def _line_of(denied: set[str], prefix: str) -> str:
    things = []
    for names, all_of_them in (
        (OF_KEYS, f"keys that begin with {prefix}:"),
        (OF_CHANNELS, f"channels that begin with {prefix}:"),
    ):
        if denied.issuperset(names):
            things.append(all_of_them)
            denied -= {*names, *SCRIPTING}
    return f"its user may not use {', '.join([*things, *sorted(denied)])}"
