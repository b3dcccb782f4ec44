"""The pytest plugin: fixtures `telegram`, `person` and `group` for tests of bots.

Refused calls of the bot fail the test that uses `telegram`, and the report of a failed test shows
the chats. pytest imports this module at each start, so whatever takes long to import is imported
when a test first uses a fixture.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from telegram_playground import Group, Person
    from telegram_playground.pytest_plugin.loop_thread import LoopThread
    from telegram_playground.pytest_plugin.synchronous import Synchronous
    from telegram_playground.pytest_plugin.watched_playground import WatchedPlayground

T = TypeVar("T")

MARKER = "telegram_refusals"

PLAYGROUND = pytest.StashKey["WatchedPlayground"]()
"""Where a test that uses `telegram` keeps its playground."""


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    what = "calls of the bot may be refused; those of every method if none is named"
    config.addinivalue_line("markers", f"{MARKER}(*methods): {what}")


@pytest.fixture
def telegram_options() -> dict[str, Any]:
    """Give the arguments of the test's `Playground`, such as `token` and `username`.

    A project overrides it, for example if its bot takes the token from its own settings.
    """
    return {}


@pytest.fixture
def telegram(
    request: pytest.FixtureRequest, telegram_options: dict[str, Any], _telegram_loop: LoopThread
) -> Iterator[WatchedPlayground | Synchronous]:
    """Give an empty Telegram: a `Playground`, whose methods need no `await` if the test has none.

    The test fails if Telegram refuses a call of the bot, unless the test waits for the refusal with
    `expect_refusal` or allows it by the marker `telegram_refusals`.
    """
    from telegram_playground.pytest_plugin.watched_playground import (  # noqa: PLC0415 - slow
        WatchedPlayground,
    )

    playground = WatchedPlayground(_telegram_loop, **telegram_options)
    playground.allow(marker.args for marker in request.node.iter_markers(MARKER))
    _telegram_loop.run(playground.__aenter__())
    request.node.stash[PLAYGROUND] = playground
    try:
        yield _for_test(request, playground)
        _fail_if_refused(playground)  # for what was refused after the last line of the test
    finally:
        del request.node.stash[PLAYGROUND]
        _telegram_loop.run(playground.__aexit__())


@pytest.fixture
def person(
    request: pytest.FixtureRequest,
    telegram: WatchedPlayground | Synchronous,  # noqa: ARG001 - puts it into the stash
) -> Person | Synchronous:
    """Give Ann, who has not started the bot; `telegram.person("Boris")` adds others."""
    playground = request.node.stash[PLAYGROUND]
    return _for_test(request, playground.thread.run(playground.person("Ann")))


@pytest.fixture
def group(request: pytest.FixtureRequest, person: Person) -> Group | Synchronous:
    """Give a supergroup that `person` owns, with the bot as a member."""
    playground = request.node.stash[PLAYGROUND]
    return _for_test(request, playground.thread.run(playground.group("Friends", creator=person)))


@pytest.fixture(scope="session")
def _telegram_loop() -> Iterator[LoopThread]:
    """Give the thread in which all playgrounds run, so that no test can keep them from running."""
    from telegram_playground.pytest_plugin.loop_thread import LoopThread  # noqa: PLC0415 - slow

    thread = LoopThread()
    yield thread
    thread.close()


def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run an async test that uses `telegram` if no plugin for async tests has done so before."""
    test = pyfuncitem.obj
    if PLAYGROUND not in pyfuncitem.stash or not inspect.iscoroutinefunction(test):
        return None
    import asyncio  # noqa: PLC0415 - slow

    arguments = inspect.signature(test).parameters
    given = {name: value for name, value in pyfuncitem.funcargs.items() if name in arguments}
    asyncio.run(test(**given))
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Fail a test that would pass although Telegram refused a call."""
    result = yield
    if PLAYGROUND in item.stash:
        _fail_if_refused(item.stash[PLAYGROUND])
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the bot and the persons did in the report of a test that failed."""
    report = yield
    if report.failed and PLAYGROUND in item.stash:
        playground = item.stash[PLAYGROUND]
        report.sections.extend(playground.thread.run(playground.report()))
    return report


def _for_test(request: pytest.FixtureRequest, given: T) -> T | Synchronous:
    """Give a client as the test can use it: as it is, or without `await`."""
    if inspect.iscoroutinefunction(request.function):
        return given
    from telegram_playground.pytest_plugin.synchronous import Synchronous  # noqa: PLC0415 - slow

    return Synchronous(given, request.node.stash[PLAYGROUND].thread.run)


def _fail_if_refused(playground: WatchedPlayground) -> None:
    if refused := playground.thread.run(playground.unexpected()):
        hint = f"`telegram.expect_refusal` or the marker `{MARKER}` allows it"
        pytest.fail(f"Telegram refused what the bot called ({hint}):\n{refused}", pytrace=False)
