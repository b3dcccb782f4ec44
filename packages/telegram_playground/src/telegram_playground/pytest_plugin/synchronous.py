"""Clients for tests without `await`."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any

from telegram_playground.played_group import Group
from telegram_playground.played_person import Person
from telegram_playground.view import PlaygroundError

if TYPE_CHECKING:
    from collections.abc import Callable


class Synchronous:
    """A `Playground`, `Person` or `Group` whose methods need no `await`.

    It has the same attributes and methods. The methods block their thread, so the bot must run in
    another thread or process.

    Args:
        original: The `Playground`, `Person` or `Group`.
        run: Runs a coroutine in another thread and returns its result.
    """

    def __init__(self, original: object, run: Callable[..., Any]) -> None:
        self._original = original
        self._run = run

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any attribute
        value = getattr(self._original, name)
        if not inspect.iscoroutinefunction(value):
            return value

        @functools.wraps(value)
        def method(*args: object, **kwargs: object) -> object:
            __tracebackhide__ = True
            try:
                return self._without_await(self._run(value(*args, **kwargs)))
            except (PlaygroundError, TimeoutError) as error:
                raise error.with_traceback(None) from None  # it is about the line of the test

        return method

    def __dir__(self) -> list[str]:
        return dir(self._original)

    def __repr__(self) -> str:
        return f"Synchronous({type(self._original).__name__})"

    def _without_await(self, result: object) -> object:
        if isinstance(result, list):
            return [self._without_await(item) for item in result]
        return Synchronous(result, self._run) if isinstance(result, Person | Group) else result
