"""`/stats`: statistics that only the bot's admins see."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from telegram_playground import Message, Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.dialogs.test_totals_chart import picture
from tests.dialogs.test_totals_export import PATIENCE
from tests.support.groups import make_group
from tests.support.tally import Tally

ADMIN = 4_000_001
UNKNOWN = "I only know commands here: /start shows the menu, /help explains."


@pytest.fixture(scope="module")
async def admin(module_playground: Playground) -> Person:
    """Give the bot's admin."""
    return await module_playground.person("Olga", id=ADMIN, language_code="en")


@pytest.fixture(scope="module")
async def tally(
    module_playground: Playground, admin: Person, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Tally]:
    """Give a running bot that has an admin; a test that stops it must start it again."""
    data = tmp_path_factory.mktemp("admins") / "data"
    async with Tally.on(module_playground, data, ADMIN_IDS=f"{admin.id}, 17").running() as own:
        yield own


async def ask(person: Person) -> Message:
    await person.send("/stats")
    # The first chart after a start loads matplotlib.
    return await person.receive(timeout=PATIENCE)


def taps_today(shown: Message) -> int:
    """Give the number of taps of today."""
    return int((shown.caption or "").splitlines()[2].removeprefix("Taps: "))


async def test_an_admin_sees_taps_totals_and_people(
    admin: Person, module_playground: Playground, tally: Tally
) -> None:
    ann = await module_playground.person("Ann", language_code="en")
    for taps in (3, 2):
        counter = await open_counter(ann)
        for _ in range(taps):
            await ann.press(counter, "+1")
        await ann.press(counter, "Confirm")
    await tally.until_totals(ann, 2)
    shown = await ask(admin)
    async with asyncio.timeout(30):
        # Profiles are saved in the background.
        while "People: 2" not in (shown.caption or ""):
            shown = await ask(admin)
    assert (shown.caption or "").splitlines() == [
        "Today, UTC",
        "Counters in use: 2",
        "Taps: 5",
        "Totals: 2",
        "",
        "In 30 days",
        "Taps: 5",
        "Totals: 2",
        "",
        "People: 2",
    ]
    assert (await picture(module_playground, shown)).size == (900, 680)
    assert await tally.stop() == 0
    await tally.start()
    assert ((await ask(admin)).caption or "").splitlines()[1:3] == [
        "Counters in use: 2",
        "Taps: 5",
    ]


@pytest.mark.usefixtures("tally")
async def test_a_tap_that_is_delivered_twice_is_one(
    admin: Person,
    module_playground: Playground,
) -> None:
    before = taps_today(await ask(admin))
    ann = await module_playground.person("Ann", language_code="en")
    counter = await open_counter(ann)
    await ann.press(counter, "+1")
    await module_playground.repeat(
        max(update["update_id"] for update in await module_playground.updates())
    )
    await module_playground.until_pending(0)
    assert taps_today(await ask(admin)) == before + 1


@pytest.mark.usefixtures("tally")
async def test_for_everybody_else_stats_is_an_unknown_command(
    admin: Person,
    module_playground: Playground,
) -> None:
    ann = await module_playground.person("Ann", language_code="en")
    assert (await ask(ann)).text == UNKNOWN
    await ann.send("/statistics")
    assert (await ann.receive()).text == UNKNOWN
    group = await make_group(module_playground, [ann], [admin])
    for person in (ann, admin):
        await person.send("/stats", chat=group)
        await person.send("/start", chat=group)
        assert ((await person.receive(group)).text or "").startswith("Tally")


@pytest.mark.usefixtures("tally")
async def test_it_is_listed_in_the_admins_chat_alone(
    admin: Person,
    module_playground: Playground,
) -> None:
    ann = await module_playground.person("Ann", language_code="en")
    for person, listed in ((ann, False), (admin, True)):
        await person.send("/help")
        assert ("/stats" in ((await person.receive()).text or "")) is listed
