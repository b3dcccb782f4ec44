"""Noting whether Redis is away, and telling it from other errors."""

from typing import Protocol

from redis.exceptions import RedisError

from durable_dialogs.redis.errors import is_refusal, is_unclear


class Watched(Protocol):
    """What knows whether Redis is away."""

    is_away: bool


class Watch:
    """A context that translates errors which mean that Redis is away, and notes whether it is.

    Other errors go through. It keeps nothing of a run, so one object serves all.

    Args:
        watched: Has `is_away`.
        away: The error to raise if Redis has certainly written nothing.
        unclear: The error to raise if Redis may have written something.
        asks: Whether each run asks Redis, so that Redis is back if no error comes.
    """

    __slots__ = ("_asks", "_away", "_unclear", "_watched")

    def __init__(
        self,
        watched: Watched,
        away: type[Exception],
        unclear: type[Exception],
        *,
        asks: bool = True,
    ) -> None:
        self._watched, self._away, self._unclear = watched, away, unclear
        self._asks = asks

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if error is None:
            self._watched.is_away &= not self._asks
        elif isinstance(error, RedisError) and (is_refusal(error) or is_unclear(error)):
            self._watched.is_away = True
            meaning = self._away if is_refusal(error) else self._unclear
            raise meaning(str(error)) from error
