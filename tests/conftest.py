"""Fixtures: a real bot that tests share, bots and playgrounds for one test, a browser."""

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
from playground_support.tiers import leave_out
from telegram_playground import Group, Person, Playground
from tests.support.groups import make_group
from tests.support.holding import Gate, holding
from tests.support.ports import free_port
from tests.support.proxy import Proxy, redis_by_proxy
from tests.support.tally import Tally
from tests.support.workers import Workers, two_workers

StartTally = Callable[..., Tally]

ROOT = Path(__file__).parents[1]

ADMIN = 4242
"""The Telegram id of the shared bot's admin."""
PROVIDER = "1234:TEST:hunter2"
"""The token with which the shared bot charges cards."""

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
    "tests/promises/test_crowds.py",
    "tests/promises/test_forged.py",
    "tests/promises/test_kills.py",
    "tests/promises/test_away.py",
    "tests/ops/test_supervisor.py",
    "tests/promises/test_rendering.py",
    "tests/dialogs/test_special_answers.py",
    "tests/dialogs/test_totals_chart.py",
    "tests/dialogs/test_settings.py",
    "tests/redis/test_failover.py",
    "tests/ops/test_command_line.py",
    "tests/redis/test_sentinels.py",
    "tests/promises/test_restart.py",
    "tests/promises/test_workers.py",
    "tests/locales/test_texts.py",
    "tests/promises/test_flood.py",
    "tests/dialogs/test_callbacks.py",
    "tests/handlers/test_stats.py",
    "tests/promises/test_model.py",
    "tests/dialogs/test_stale.py",
    "tests/handlers/test_inline.py",
    "tests/ops/test_metrics.py",
    "tests/dialogs/test_settings_elsewhere.py",
    "tests/handlers/test_payment_kills.py",
    "tests/dialogs/test_totals_changes.py",
    "tests/promises/test_stop.py",
    "tests/web/test_health.py",
    "packages/telegram_playground/tests/page/test_buttons.py",
)
"""The slowest files, which run first, so that none of them is left for the end. Files that mostly
wait alternate with files that compute."""


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Refuse another Python than `make` was asked for; give hypothesis TALLY_SEED if it is set."""
    running = "{}.{}".format(*sys.version_info)
    wanted = os.environ.get("TALLY_PYTHON", running)
    if wanted != running:
        raise pytest.UsageError(f"make was asked for Python {wanted}, but this is {sys.version}")
    config.option.hypothesis_seed = config.option.hypothesis_seed or os.environ.get("TALLY_SEED")


def pytest_report_header() -> str:
    """Report which Python runs the tests."""
    return f"python: {sys.version} at {sys.executable}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the slowest files first, and skip what is thorough."""
    leave_out(items)
    order = {ROOT / name: number for number, name in enumerate(FIRST)}
    items.sort(key=lambda item: order.get(item.path, len(order)))


def pytest_collection_finish() -> None:
    """Keep the garbage collector from going through all loaded objects again and again."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
async def playground() -> AsyncIterator[Playground]:
    """Give the playground that all tests share."""
    async with Playground() as shared:
        yield shared


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Give the browser that all tests of pages share; each test uses profiles of its own."""
    async with chromium() as shared:
        yield shared


@pytest.fixture(scope="session")
async def tally(
    playground: Playground, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Tally]:
    """Give the running bot that all tests share; the name of its folder has a space."""
    folder = tmp_path_factory.mktemp("shared")
    settings = {"ADMIN_IDS": str(ADMIN), "PAYMENT_PROVIDER_TOKEN": PROVIDER}
    async with Tally.on(playground, folder / "da ta", **settings).running() as shared:
        # Telegram refuses to announce the admin's commands, because they have no chat with the
        # bot yet.
        await shared.until_logged("commands_announced")
        yield shared
        assert await shared.stop() == 0


@pytest.fixture
async def ann(playground: Playground, tally: Tally) -> AsyncIterator[Person]:  # noqa: ARG001 - it serves her
    """Give a person who is new to the bot; fail if Telegram refuses a call meanwhile."""
    before = await playground.call_count()
    yield await playground.person("Ann", language_code="en")
    refused = [call for call in await playground.calls(after=before) if call.error]
    assert refused == []


@pytest.fixture
async def boris(playground: Playground) -> Person:
    """Give another person, who reads Russian."""
    return await playground.person("Борис", language_code="ru")


@pytest.fixture
async def clara(playground: Playground, tally: Tally) -> Person:  # noqa: ARG001 - it serves her
    """Give a third person, who reads English."""
    return await playground.person("Clara", language_code="en")


@pytest.fixture
async def dora(playground: Playground, tally: Tally) -> Person:  # noqa: ARG001 - it serves her
    """Give a person for whom calls may be refused."""
    return await playground.person("Dora", language_code="en")


@pytest.fixture
async def group(playground: Playground, ann: Person, boris: Person) -> Group:
    """Give a group of Ann, Boris and the bot."""
    return await make_group(playground, [ann, boris])


@pytest.fixture(scope="session")
async def admin(playground: Playground, tally: Tally) -> Person:  # noqa: ARG001 - it serves them
    """Give the admin of the shared bot."""
    return await playground.person("Admin", id=ADMIN)


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[Redis]:
    """Give a connection to a Valkey for one test."""
    valkey = EmbeddedValkey(tmp_path)
    await valkey.start()
    async with Redis.from_url(valkey.url) as connection:
        yield connection
    await valkey.stop()


@pytest.fixture
async def own_playground() -> AsyncIterator[Playground]:
    """Give a playground for one test."""
    async with Playground() as own:
        yield own


@pytest.fixture
async def own_tally(own_playground: Playground, tmp_path: Path) -> AsyncIterator[Tally]:
    """Give a bot for one test, which may start, kill and configure it."""
    own = Tally.on(own_playground, tmp_path / "data")
    yield own
    await own.clean_up()


@pytest.fixture
async def gate(tmp_path: Path) -> AsyncIterator[Gate]:
    """Give a gate in front of a Redis for one test."""
    valkey = EmbeddedValkey(tmp_path / "valkey")
    await valkey.start()
    async with holding(valkey.url.removeprefix("unix://")) as own:
        yield own
    await valkey.stop()


@pytest.fixture(scope="module")
async def module_playground() -> AsyncIterator[Playground]:
    """Give a playground for the tests of one module."""
    async with Playground() as own:
        yield own


@pytest.fixture(scope="module")
async def module_tally(
    module_playground: Playground, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Tally]:
    """Give a running bot for the tests of one module, which must leave it running."""
    data = tmp_path_factory.mktemp("module") / "data"
    async with Tally.on(module_playground, data).running() as own:
        yield own


@pytest.fixture(scope="module")
async def proxy(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Proxy]:
    """Give a proxy before a Redis, for the tests of one module."""
    async with redis_by_proxy(tmp_path_factory.mktemp("redis")) as own:
        yield own


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
    """Give a bot with a Mini App and a game; a test that ends it must start it again."""
    settings = {"WEB_APP_URL": "https://example.org", "GAME_SHORT_NAME": "tap_race"}
    data = tmp_path_factory.mktemp("app") / "data"
    bot = Tally.on(app_playground, data, WEB_PORT=str(free_port()), **settings)
    async with bot.running() as own:
        yield own


@pytest.fixture
async def app_ann(app_playground: Playground, app_tally: Tally) -> Person:  # noqa: ARG001 - it serves her
    """Give a person who is new to that bot."""
    return await app_playground.person("Ann", language_code="en")


@pytest.fixture(scope="module")
async def hooked() -> AsyncIterator[Playground]:
    """Give a playground for two workers, with inline mode but without inline feedback."""
    async with Playground() as own:
        await own.switch(inline=True)
        yield own


@pytest.fixture(scope="module")
async def workers(
    hooked: Playground, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Workers]:
    """Give two workers; tests must leave them running."""
    async with two_workers(hooked, tmp_path_factory.mktemp("workers")) as pair:
        yield pair
