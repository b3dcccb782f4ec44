"""What an error of Redis means: certainly nothing was written, or something may have been."""

from redis.asyncio.sentinel import MasterNotFoundError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import InvalidResponse, RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from durable_dialogs.redis.reconnecting import UnreachableError

FAULTS = {"ERR", "WRONGTYPE", "CROSSSLOT"}
"""Codes that mean that the command is wrong, whatever state Redis is in.

Waiting does not help: either there is a bug, or somebody has changed the engine's keys by hand.
"""

NO_PERMISSION = "NOPERM"
"""The code for a missing permission."""
DENIED_IN_SCRIPT = ("ACL failure in script", "The user executing the script can't")
"""Texts after ERR for a missing permission of a command in a script (Valkey 9; Redis 7.0)."""


def code_of(error: RedisError) -> str:
    """Return the code in an error that Redis answered with, "" if the error is no answer of Redis.

    The code is the first word of the text, in capitals. redis-py moves the codes that it knows
    from the text to `status_code`.
    """
    if not isinstance(error, ResponseError):
        return ""
    if any(words in str(error) for words in DENIED_IN_SCRIPT):
        return NO_PERMISSION
    code = error.status_code or str(error).partition(" ")[0]
    return code if code.isupper() else ""


def is_refusal(error: RedisError) -> bool:
    """Return whether Redis can't be used at the moment and has certainly written nothing.

    Either the command was never sent, or Redis answered it with an error. A command, and each
    script of the engine, that answers with an error has written nothing. Each code counts that is
    not in `FAULTS`, because new versions of servers add codes: a full disk or memory, a missing
    permission, a master that became a replica, a server that loads its file, a slot that moves.
    """
    if isinstance(error, MasterNotFoundError | UnreachableError):
        return True
    code = code_of(error)
    return bool(code) and code not in FAULTS


def is_unclear(error: RedisError) -> bool:
    """Return whether Redis went away before its answer, so that it may have written everything."""
    lost = RedisConnectionError | RedisTimeoutError | InvalidResponse
    return isinstance(error, lost) and not is_refusal(error)
