"""A bot for the journeys: one real process on one playground, shared by all that do not end it."""

import gc
import os
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from redis.asyncio import Redis

from durable_dialogs.redis.embedded_valkey import EmbeddedValkey
from playground_support.chromium import Browser, chromium
from telegram_playground import Person, Playground
from tests.support.holding import Gate, holding
from tests.support.ports import free_port
from tests.support.tally import Tally
from tests.support.tiers import leave_out, require_python
from tests.support.workers import Workers, two_workers

StartTally = Callable[..., Tally]

ADMIN = 4242
"""The id of the shared bot's admin."""
PROVIDER = "1234:TEST:hunter2"
"""The token by which it charges cards."""

settings.register_profile(
    "tally",
    deadline=None,
    derandomize=False,  # also where CI is set
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("tally")

FIRST = (
    "test_crowds.py",
    "test_forged.py",
    "test_kills.py",
    "test_away.py",
    "test_supervisor.py",
    "test_rendering.py",
    "test_special_answers.py",
    "test_totals_chart.py",
    "test_settings.py",
    "redis/test_failover.py",
    "playground/test_command_line.py",
    "redis/test_sentinels.py",
    "test_restart.py",
    "test_workers.py",
    "test_texts.py",
    "test_flood.py",
    "test_callbacks.py",
    "test_stats.py",
    "test_model.py",
    "test_stale.py",
    "test_inline.py",
    "test_metrics.py",
    "test_settings_elsewhere.py",
    "test_payment_kills.py",
    "test_totals_changes.py",
    "test_stop.py",
    "playground/page/test_buttons.py",
    "test_health.py",
)
"""The files that take longest, so that none of them is left for the end; those that wait take
turns with those that compute."""


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Have hypothesis draw by TALLY_SEED where that is set, as `dice` does."""
    require_python()
    config.option.hypothesis_seed = config.option.hypothesis_seed or os.environ.get("TALLY_SEED")


def pytest_report_header() -> str:
    """Say which Python runs the tests."""
    return f"python: {sys.version} at {sys.executable}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have what takes long begin first, or be left out."""
    leave_out(items)
    folder = Path(__file__).parent
    place = {folder / name: number for number, name in enumerate(FIRST)}
    items.sort(key=lambda item: place.get(item.path, len(place)))


def pytest_collection_finish() -> None:
    """Keep the garbage collector from looking through what was loaded, again and again."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
async def playground() -> AsyncIterator[Playground]:
    """Give the playground that all journeys share."""
    async with Playground() as shared:
        yield shared


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Give the browser that all tests of pages share, each in profiles of its own."""
    async with chromium() as shared:
        yield shared


@pytest.fixture(scope="session")
async def tally(
    playground: Playground, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Tally]:
    """Give the running bot that all journeys share; its folder's name has a space."""
    folder = tmp_path_factory.mktemp("shared")
    shared = Tally(
        folder / "da ta",
        BOT_TOKEN=playground.token,
        BOT_API_URL=playground.url,
        ADMIN_IDS=str(ADMIN),
        PAYMENT_PROVIDER_TOKEN=PROVIDER,
    )
    await shared.start()
    # Those of its admin are refused, who has no chat with it yet.
    await shared.until_logged("commands_announced")
    yield shared
    assert await shared.stop() == 0
    await shared.clean_up()


@pytest.fixture
async def ann(playground: Playground, tally: Tally) -> AsyncIterator[Person]:  # noqa: ARG001
    """Give a person who is new to the bot; Telegram must not refuse anything meanwhile."""
    before = await playground.call_count()
    yield await playground.person("Ann", language_code="en")
    refused = [call for call in await playground.calls(after=before) if call.error]
    assert refused == []


@pytest.fixture
async def boris(playground: Playground) -> Person:
    """Give another person, who reads Russian."""
    return await playground.person("Борис", language_code="ru")


@pytest.fixture(scope="session")
async def admin(playground: Playground, tally: Tally) -> Person:  # noqa: ARG001
    """Give the admin of the shared bot."""
    return await playground.person("Admin", id=ADMIN)


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[Redis]:
    """Give a connection to a Valkey of the test's own."""
    valkey = EmbeddedValkey(tmp_path)
    await valkey.start()
    async with Redis.from_url(valkey.url) as connection:
        yield connection
    await valkey.stop()


@pytest.fixture
async def own_playground() -> AsyncIterator[Playground]:
    """Give a playground of the test's own."""
    async with Playground() as own:
        yield own


@pytest.fixture
async def own_tally(own_playground: Playground, tmp_path: Path) -> AsyncIterator[Tally]:
    """Give a bot of the test's own, to be started, killed and set as it likes."""
    own = Tally(tmp_path / "data", BOT_TOKEN=own_playground.token, BOT_API_URL=own_playground.url)
    yield own
    await own.clean_up()


@pytest.fixture
async def gate(tmp_path: Path) -> AsyncIterator[Gate]:
    """Give a gate before a Redis of the test's own."""
    valkey = EmbeddedValkey(tmp_path / "valkey")
    await valkey.start()
    async with holding(valkey.url.removeprefix("unix://")) as own:
        yield own
    await valkey.stop()


@pytest.fixture(scope="module")
async def app_playground() -> AsyncIterator[Playground]:
    """Give a playground for a bot that has a Mini App and a game, and may create bots."""
    async with Playground() as own:
        await own.switch(managed_bots=True, inline=True)
        yield own


@pytest.fixture(scope="module")
async def app_tally(
    app_playground: Playground, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Tally]:
    """Give a bot that has a Mini App and a game; a test may end it if it starts it again."""
    own = Tally(
        tmp_path_factory.mktemp("app") / "data",
        BOT_TOKEN=app_playground.token,
        BOT_API_URL=app_playground.url,
        WEB_APP_URL="https://example.org",
        WEB_PORT=str(free_port()),
        GAME_SHORT_NAME="tap_race",
    )
    try:
        await own.start()
        yield own
    finally:
        await own.clean_up()


@pytest.fixture
async def app_ann(app_playground: Playground, app_tally: Tally) -> Person:  # noqa: ARG001
    """Give a person who is new to that bot."""
    return await app_playground.person("Ann", language_code="en")


@pytest.fixture(scope="module")
async def hooked() -> AsyncIterator[Playground]:
    """Give a playground for two workers, with inline mode but without its feedback."""
    async with Playground() as own:
        await own.switch(inline=True)
        yield own


@pytest.fixture(scope="module")
async def workers(
    hooked: Playground, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Workers]:
    """Give two workers, for journeys that leave them running."""
    async with two_workers(hooked, tmp_path_factory.mktemp("workers")) as pair:
        yield pair
