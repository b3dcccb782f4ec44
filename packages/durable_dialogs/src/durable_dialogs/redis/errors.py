"""What a failure of Redis means: that surely nothing was written, or that nobody knows."""

from redis.asyncio.sentinel import MasterNotFoundError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import InvalidResponse, RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from durable_dialogs.redis.reconnecting import UnreachableError

FAULTS = {"ERR", "WRONGTYPE", "CROSSSLOT"}
"""The codes with which Redis says that the command itself is wrong, whatever state it is in itself.
Waiting does not help then: it is a bug, or somebody has changed our keys by hand."""

NO_PERMISSION = "NOPERM"
DENIED_IN_SCRIPT = ("ACL failure in script", "The user executing the script can't")
"""How servers say that the user may not do what a script does (Valkey 9; Redis 7.0), after ERR."""


def code_of(error: RedisError) -> str:
    """Give the code with which Redis has answered, "" if the error is no answer of Redis.

    Redis begins an error's text with a code in capitals; the client takes those off that it knows.
    """
    if not isinstance(error, ResponseError):
        return ""
    if any(words in str(error) for words in DENIED_IN_SCRIPT):
        return NO_PERMISSION
    code = error.status_code or str(error).partition(" ")[0]
    return code if code.isupper() else ""


def is_refusal(error: RedisError) -> bool:
    """Tell whether Redis can't be used at the moment and has surely written nothing.

    Either the command was never sent, or Redis has answered it with an error: a command, and each
    of our scripts, writes all or, if it answers so, nothing. Any code counts that does not speak
    of the command itself (a full disk or memory, a missing permission, a replica that was a master,
    a server that is loading its file, a slot on the move), as servers learn new ones.
    """
    if isinstance(error, MasterNotFoundError | UnreachableError):
        return True
    code = code_of(error)
    return bool(code) and code not in FAULTS


def is_unclear(error: RedisError) -> bool:
    """Tell whether Redis went away in the middle: it may have written everything, or nothing."""
    lost = RedisConnectionError | RedisTimeoutError | InvalidResponse
    return isinstance(error, lost) and not is_refusal(error)
