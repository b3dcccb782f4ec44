"""What the bot's user of Redis has to be allowed (ACL), and whether it is."""

from pathlib import Path

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError

from durable_dialogs.redis.batch import Batch
from durable_dialogs.redis.errors import NO_PERMISSION, code_of
from durable_dialogs.state.keys import PREFIX, ChatKeys

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
"""The commands that work on keys, those of scripts among them."""
OF_CHANNELS = ("PUBLISH", "SUBSCRIBE")
WITHOUT_KEYS = (("TIME",), ("PING",), ("UNSUBSCRIBE",))
SCRIPTING = ("EVALSHA", "EVAL")
WAITING = ("WAIT", "1", "1")
"""Needed if replicas have to have a commit."""


class MissingPermissionsError(Exception):
    """The user may not do what the bot needs; the text says what, in one line."""


class Permissions:
    """Asks Redis whether the bot may do all that it needs.

    The user itself is asked about, by a script: `ACL DRYRUN` is for administrators alone.

    Args:
        redis: The connection, giving bytes.
        batch: Sends commands to the same Redis.
        bot_id: The bot's id.
    """

    def __init__(self, redis: Redis, batch: Batch, bot_id: int) -> None:
        self._batch = batch
        self._script = redis.register_script(Path(__file__).with_name("ready.lua").read_text())
        own = f"{PREFIX}:{{{bot_id}}}"
        self._key = f"{own}:ready"
        # An id that no chat has: the key is only named, never used.
        keys = (self._key, ChatKeys(bot_id, 0).roll)
        commands: list[tuple[str, ...]] = [*WITHOUT_KEYS]
        commands += [(name, key) for name in OF_KEYS for key in keys]
        commands += [(name, f"{own}:people") for name in OF_CHANNELS]
        commands += [(name, "0", "1", key) for name in SCRIPTING for key in keys]
        if batch.replicas:
            commands.append(WAITING)
        self._commands = orjson.dumps(commands)

    async def check(self) -> None:
        """Make sure that the bot may do all that it needs, and that Redis takes a write.

        Raises:
            MissingPermissionsError: It may not.
            RedisError: Redis can't be used for another reason.
        """
        try:
            denied = await self._batch.run(self._script, [self._key], [self._commands])
        except RedisError as error:
            if code_of(error) != NO_PERMISSION:
                raise
            # Redis says what the user may not: it may not even ask.
            raise MissingPermissionsError(f"Redis refuses what Tally needs: {error}") from error
        if denied:
            raise MissingPermissionsError(_line_of({name.decode() for name in denied}))


def _line_of(denied: set[str]) -> str:
    things = []
    for names, all_of_them in (
        (OF_KEYS, f"keys that begin with {PREFIX}:"),
        (OF_CHANNELS, f"channels that begin with {PREFIX}:"),
    ):
        if denied.issuperset(names):
            things.append(all_of_them)
            denied -= {*names, *SCRIPTING}
    return f"its user may not use {', '.join([*things, *sorted(denied)])}"
