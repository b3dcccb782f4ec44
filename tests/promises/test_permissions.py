"""A Redis user without a required permission: a start fails, a running bot says "Try again"."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis

import durable_dialogs
from durable_dialogs.redis.batch import Batch
from durable_dialogs.redis.embedded_valkey import EmbeddedValkey
from durable_dialogs.state.keys import BotKeys
from durable_dialogs.state.permissions import (
    OF_CHANNELS,
    OF_KEYS,
    SCRIPTING,
    WITHOUT_KEYS,
    MissingPermissionsError,
    Permissions,
)
from durable_dialogs.update.error_handlers import FAILURES
from telegram_playground import Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.dialogs.test_payment import lines, open_bill, pay
from tests.support.nursery import START
from tests.support.presses import AGAIN, PATIENCE, SILENT, begin_presses, counted
from tests.support.proxy import Proxy, redis_by_proxy
from tests.support.tally import Tally
from tests.support.watching import metrics, readiness, until_away

ALL = "on >hunter2 ~tally:* &tally:* +@all -@dangerous"
"""The user that docs/redis.md recommends."""


async def allow(redis: Redis, *rules: str) -> None:
    """Set the permissions of the bot's user to exactly these rules."""
    await redis.execute_command("ACL SETUSER", "tally", "reset", *rules)  # type: ignore[no-untyped-call]


@pytest.fixture(scope="module")
async def admin(proxy: Proxy) -> AsyncIterator[Redis]:
    """Give a connection to that Redis with all permissions; the bot's user exists by then."""
    async with Redis.from_url(proxy.origin) as connection:
        await allow(connection, *ALL.split())
        yield connection


def url_of(proxy: Proxy) -> str:
    """Give the bot's REDIS_URL."""
    return proxy.url.replace("//", "//tally:hunter2@")


@pytest.fixture(scope="module")
async def limited(
    module_playground: Playground,
    proxy: Proxy,
    admin: Redis,  # noqa: ARG001 - makes its user
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Tally]:
    """Give a running bot that connects as that user."""
    data = tmp_path_factory.mktemp("limited") / "data"
    async with Tally.on(module_playground, data, REDIS_URL=url_of(proxy)).running() as bot:
        yield bot
        assert await bot.stop() == 0


@pytest.fixture
async def ann(module_playground: Playground, limited: Tally) -> Person:  # noqa: ARG001 - it serves her
    """Give a person who is new to that bot."""
    return await module_playground.person("Ann", language_code="en")


@asynccontextmanager
async def without(admin: Redis, *rules: str) -> AsyncIterator[None]:
    """Revoke permissions of the bot's user during the block."""
    await allow(admin, *ALL.split(), *rules)
    try:
        yield
    finally:
        await allow(admin, *ALL.split())


@pytest.mark.parametrize(
    ("rules", "named"),
    [
        ("-hset", "its user may not use HSET"),
        ("-set -zadd", "its user may not use SET, ZADD"),
        ("-evalsha", "'evalsha'"),
        ("-@scripting", "'evalsha'"),
        ("-eval", "'eval'"),
        ("-publish", "its user may not use PUBLISH"),
        ("resetchannels &other:*", "its user may not use channels that begin with tally:"),
        ("resetkeys ~other:*", "access"),
        ("resetkeys ~tally:{7}:*", "its user may not use keys that begin with tally:"),
    ],
)
async def test_a_start_without_a_permission_is_refused_in_one_line(
    own_playground: Playground, tmp_path: Path, rules: str, named: str
) -> None:
    async with redis_by_proxy(tmp_path / "redis") as proxy, Redis.from_url(proxy.origin) as redis:
        own_rules = rules.replace("{7}", f"{{{own_playground.bot.id}}}")
        await allow(redis, *ALL.split(), *own_rules.split())
        tally = Tally.on(own_playground, tmp_path / "data", REDIS_URL=url_of(proxy))
        status, out, errors = await tally.run()
    assert (status, out) == (2, "")
    line = errors.strip().splitlines()[-1]
    assert line.startswith("REDIS_URL: ")
    assert named in line
    assert "Traceback" not in errors
    assert "hunter2" not in errors


KEPT = {"-set", "-expire"}
"""Commands that the inbox does not need. If a press is slow, as on a busy machine, the inbox keeps
it. Then it is done once the user has the permission again, and its answer is not "Try again"."""


@pytest.mark.parametrize("rules", ["-hset", "-set", "-expire", "-evalsha -eval", "resetkeys ~a"])
async def test_redis_counts_as_away_until_a_revoked_permission_is_given_back(
    limited: Tally, admin: Redis, ann: Person, rules: str
) -> None:
    counter = await open_counter(ann)
    async with without(admin, *rules.split()):
        presses = begin_presses(ann, counter, "+1", 1)
        await until_not_ready(limited)
        presses += begin_presses(ann, counter, "+1", 1)
        if rules not in KEPT:
            assert await asyncio.gather(*presses) == [AGAIN, AGAIN]
    await until_away(limited)
    kept = await counted(presses)
    # None of the refused presses has counted, not even in part, and nothing was restarted.
    assert await ann.press(counter, "+1", timeout=PATIENCE) == SILENT
    await ann.until(counter, text=f"Specify the number: {kept + 1}")


async def until_not_ready(tally: Tally) -> None:
    """Wait until a bot says which permission it misses in Redis."""
    status, told = await readiness(tally)
    while status == 200:
        status, told = await readiness(tally)
    assert told["away"] == ["redis"]
    assert re.search("may not use|refuses", told["why"]["redis"])


@pytest.mark.parametrize("rule", ["-hset", "-set", "-zadd"])
async def test_a_payment_waits_until_redis_permits_the_write(
    limited: Tally, admin: Redis, ann: Person, rule: str
) -> None:
    bill = await open_bill(ann)
    tried = "tally_updates_redone_total away"
    before = (await metrics(limited))[tried]
    async with without(admin, rule):  # Nothing is written before a payment.
        charge_id = await pay(ann, bill)
        async with asyncio.timeout(START):
            # An update that fails by itself is given up after `FAILURES` tries.
            while (await metrics(limited))[tried] < before + FAILURES + 2:
                await asyncio.sleep(0.05)
    receipt = await ann.receive(timeout=PATIENCE)
    assert lines(receipt)[0] == "Paid: ⭐ 10"
    (row,) = await limited.until_payments(ann, 1)
    assert row["telegram_payment_charge_id"] == charge_id


async def test_the_permission_check_covers_each_command_in_scripts() -> None:
    used = {
        name
        for script in Path(durable_dialogs.__file__).parent.rglob("*.lua")
        for name in re.findall(r"(?:redis\.call|\bwrite)\('([A-Z]+)'", script.read_text())
    }
    known = {*OF_KEYS, *(command[0] for command in WITHOUT_KEYS)}
    assert used
    assert used <= known


async def test_a_user_with_exactly_the_required_permissions_is_enough(
    own_playground: Playground, own_tally: Tally, tmp_path: Path
) -> None:
    names = [*OF_KEYS, *OF_CHANNELS, *SCRIPTING, *(command[0] for command in WITHOUT_KEYS)]
    async with redis_by_proxy(tmp_path / "redis") as proxy, Redis.from_url(proxy.origin) as redis:
        rules = ["on", ">hunter2", "~tally:*", "&tally:*", "-@all"]
        # A client also sends these commands when it connects.
        rules += [f"+{name.lower()}" for name in [*names, "SELECT", "HELLO", "AUTH"]]
        await allow(redis, *rules)
        own_tally.settings["REDIS_URL"] = url_of(proxy)
        await own_tally.start()
        ann = await own_playground.person("Ann", language_code="en")
        counter = await open_counter(ann)
        for label in ("+1", "+1", "Confirm"):
            await ann.press(counter, label, timeout=PATIENCE)
        await ann.until(counter, text="Total: 2")
        await own_tally.until_totals(ann, 1)
        await ann.send("/start")
        await ann.receive(timeout=START)
        assert await own_tally.stop() == 0
        refused = {entry["object"] for entry in await redis.acl_log()}
    assert refused <= {"info"}  # The start asks whether it is a cluster, and needs no answer.


async def test_the_permission_check_notices_each_missing_permission(
    redis: Redis, tmp_path: Path
) -> None:
    url = EmbeddedValkey(tmp_path).url.replace("//", "//tally:hunter2@")
    async with Redis.from_url(url) as user:
        batch = Batch(user, replicas=1)
        permissions = Permissions(user, batch, BotKeys(7, "tally"))
        await allow(redis, *ALL.split())
        await permissions.check()
        for name in [*OF_KEYS, *OF_CHANNELS, "TIME", "WAIT", "EVAL"]:
            await allow(redis, *ALL.split(), f"-{name.lower()}")
            with pytest.raises(MissingPermissionsError, match=name):
                await permissions.check()
