"""What a failure of Redis means: that surely nothing was written, or that nobody knows."""

from redis.asyncio.sentinel import MasterNotFoundError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from fsm.cluster import UnreachableError

REFUSALS = {"BUSY", "MISCONF", "OOM", "READONLY", "NOREPLICAS", "MASTERDOWN", "CLUSTERDOWN"}
"""The codes with which Redis says that it can write nothing at the moment (a full disk, say, or
somebody's script that takes long)."""
ON_THE_MOVE = {"MOVED", "ASK", "TRYAGAIN"}
"""Those with which a node of a cluster says that a slot is not wholly its own at the moment."""


def is_refusal(error: RedisError) -> bool:
    """Tell whether Redis can't be used at the moment and has surely written nothing."""
    if isinstance(error, MasterNotFoundError | UnreachableError):
        return True
    if not isinstance(error, ResponseError):
        return False
    # The client takes the codes that it knows off the text.
    code = error.status_code or str(error).partition(" ")[0]
    return code in REFUSALS | ON_THE_MOVE


def is_unclear(error: RedisError) -> bool:
    """Tell whether Redis went away in the middle: it may have written everything, or nothing."""
    return isinstance(error, RedisConnectionError | RedisTimeoutError) and not is_refusal(error)
