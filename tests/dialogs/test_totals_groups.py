"""Totals in a group: those that were counted there and by whom, and no person's own."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from db.models import Kind
from locales import Catalog
from telegram_playground import Answer, Group, Message, Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.dialogs.test_totals import follow
from tests.support.choosing import choose, until, until_offered
from tests.support.groups import make_group
from tests.support.tally import Tally

FOREIGN = Answer("This window belongs to somebody else. Send /start for your own.")
FOREIGN_RU = Answer("Это чужое окно. Отправьте /start, чтобы открыть своё.")


async def open_totals(person: Person, group: Group, *, anonymous: bool = False) -> Message:
    await person.send("/totals", chat=group, anonymous=anonymous)
    return await person.receive(group)


@pytest.fixture
async def counted(ann: Person, boris: Person, group: Group, tally: Tally) -> None:
    """Let both count in the group, in private chats, elsewhere, and in inline mode."""
    for person, value in ((ann, 1), (boris, 2)):
        await person.send("/start")
        await person.receive()
        await tally.add_totals(person, [value], chat_id=group.id, label="tea")
        await tally.add_totals(person, [100 * value], label="private")
        await tally.add_totals(person, [1000 * value], chat_id=-1001, label="elsewhere")
        await tally.add_totals(person, [10**4 * value], chat_id=None, kind=Kind.INLINE)


@pytest.mark.usefixtures("counted")
async def test_a_group_sees_its_totals_and_nothing_of_anybodys_other_chats(
    ann: Person, group: Group
) -> None:
    totals = await open_totals(ann, group)
    assert (totals.text or "").startswith("Totals of this group")
    assert (totals.text or "").endswith("2 totals, sum 3")
    assert "private" not in (totals.text or "")
    assert "elsewhere" not in (totals.text or "")
    assert totals.labels == [["Filter", "At a glance"], ["Chart", "Who counted"], ["Back"]]
    labels = await follow(ann, totals, "Filter", "Label")
    assert labels.labels == [["tea"], ["Back"]]
    filters = await follow(ann, labels, "Back")
    assert "Chat" not in [label for row in filters.labels for label in row]


@pytest.mark.usefixtures("counted")
async def test_a_group_sees_who_counted(ann: Person, group: Group) -> None:
    totals = await open_totals(ann, group)
    people = await follow(ann, totals, "Who counted")
    lines = (people.text or "").splitlines()
    assert "Ann: 1 total, sum 1" in lines
    assert "Борис: 1 total, sum 2" in lines


@pytest.mark.usefixtures("counted")
@pytest.mark.thorough
async def test_a_group_sees_its_totals_as_a_chart(ann: Person, group: Group, tally: Tally) -> None:
    await tally.add_totals(ann, [5], chat_id=group.id, created_at=datetime.now(UTC))
    await tally.add_totals(ann, [7], created_at=datetime.now(UTC))
    chart = await follow(ann, await open_totals(ann, group), "Chart")
    assert chart.photo
    assert (chart.caption or "").endswith("1 total, sum 5")
    totals = await ann.press(chart, "Back")
    assert totals == Answer(None)
    assert ((await ann.receive(group)).text or "").startswith("Totals of this group")


@pytest.mark.usefixtures("counted")
async def test_only_who_has_opened_the_window_uses_it(
    ann: Person, boris: Person, group: Group
) -> None:
    totals = await open_totals(ann, group)
    assert await boris.press(totals, "Who counted") == FOREIGN_RU
    await boris.receive(group)
    own = await open_totals(boris, group)
    assert await ann.press(own, "Кто считал") == FOREIGN


@pytest.mark.usefixtures("counted")
async def test_buttons_of_private_chats_are_refused_in_a_group(
    ann: Person, group: Group, tally: Tally
) -> None:
    totals = await open_totals(ann, group)
    context = (totals.button("Filter").callback_data or "").partition("\x1d")[0]
    for forged in ("data", "csv", "erase", "confirm", "pick", "chat"):
        assert await ann.press(totals, data=f"{context}\x1d{forged}") == Answer(None)
    assert (await ann.read(totals)).text == totals.text
    assert len(tally.totals(ann)) == 4


async def test_an_anonymous_admin_sees_the_groups_totals_too(
    playground: Playground, ann: Person, boris: Person, tally: Tally
) -> None:
    group = await make_group(playground, [boris], [ann])
    await tally.add_totals(boris, [3], chat_id=group.id)
    totals = await open_totals(ann, group, anonymous=True)
    assert (totals.text or "").endswith("1 total, sum 3")
    assert await boris.press(totals, "Who counted") == FOREIGN_RU
    await follow(ann, totals, "Who counted")


@pytest.mark.usefixtures("counted")
async def test_a_day_that_is_still_to_come_to_the_west_has_a_calendar(
    ann: Person, group: Group
) -> None:
    async def live_in(city: str) -> None:
        settings = await open_counter(ann, "/settings")
        await choose(ann, settings, "Time zone", "Pacific")
        cities = await until_offered(ann, settings, "Apia")
        if city not in str(cities.labels):
            await choose(ann, settings, ">")
        await choose(ann, settings, city)
        await until(ann, settings, f"Time zone: {city}")

    await live_in("Kiritimati")
    totals = await open_totals(ann, group)
    totals = await follow(ann, totals, "Filter", "Today", "Filter")
    # Two time zones that never have the same date.
    await live_in("Pago Pago")
    calendar = await follow(ann, totals, "To…")
    assert "Up to which day?" in (calendar.text or "")
    first = Catalog().speak("en").day(datetime.now(ZoneInfo("Pacific/Kiritimati")).date())
    day = first.partition(",")[0].rpartition(" ")[2]
    offered = [label for row in calendar.labels for label in row if label.strip("[ ]") == day]
    assert len(offered) == 1
