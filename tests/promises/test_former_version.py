"""An upgrade: this version goes on with what a former one has left when it was killed."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from durable_dialogs.redis.embedded_valkey import EmbeddedValkey
from telegram_playground import Message, Person, Playground
from tests.promises.recordings import RECORDINGS, Recording
from tests.support.choosing import choose, until
from tests.support.groups import ending
from tests.support.keyboards import receive_at_last
from tests.support.nursery import START
from tests.support.tally import Tally

UNCHANGED = "Bad Request: message is not modified"


@pytest.fixture(params=RECORDINGS, ids=lambda path: path.stem)
def recording(request: pytest.FixtureRequest) -> Recording:
    """Give what a former version has left."""
    return Recording.read(request.param)


@pytest.fixture
async def own_playground(recording: Recording, tmp_path: Path) -> AsyncIterator[Playground]:
    """Give the playground that the former version ran on."""
    recording.put_telegram(tmp_path / "telegram")
    async with Playground(recording.token, data_dir=tmp_path / "telegram") as own:
        await own.switch(inline=True)
        yield own


@pytest.fixture
async def people(own_playground: Playground) -> dict[str, Person]:
    """Give the people who used the former version, by name."""
    return {person.user.first_name: person for person in await own_playground.persons()}


@pytest.fixture
async def upgraded(own_tally: Tally, recording: Recording) -> Tally:
    """Give a bot of this version, which was started where the former one was killed."""
    recording.put_database(own_tally.data / "tally.db")
    valkey = EmbeddedValkey(own_tally.data / "valkey")
    await valkey.start()
    async with own_tally.redis() as redis:
        await recording.put_redis(redis)
    await valkey.stop()
    return await own_tally.start()


async def find(person: Person, beginning: str, chat: int | None = None) -> Message:
    """Find the message in a chat that begins so."""
    messages = await person.messages(chat)
    (found,) = [each for each in messages if (each.text or "").startswith(beginning)]
    return found


async def test_an_upgrade_goes_unnoticed(
    own_playground: Playground,
    upgraded: Tally,
    people: dict[str, Person],
    recording: Recording,
) -> None:
    await upgraded.until_inbox_is_empty()
    await taps_that_waited_count_once_and_counters_go_on(upgraded, people, recording)
    await what_was_counted_before_is_not_counted_again(people)
    await totals_and_messages_that_were_behind_arrive(upgraded, people)
    await windows_and_settings_go_on(upgraded, people)
    await bills_are_paid(upgraded, people)
    assert await own_playground.calls("sendInvoice") == []
    await upgraded.until_drawn()
    # The presses are older than an answer may be, and windows that may be behind are drawn again.
    refused = {call.error or "" for call in await own_playground.refusals()}
    assert all(error.startswith(("Bad Request: query is too old", UNCHANGED)) for error in refused)


async def taps_that_waited_count_once_and_counters_go_on(
    tally: Tally, people: dict[str, Person], recording: Recording
) -> None:
    ann, boris, clara = people["Ann"], people["Boris"], people["Clara"]
    tea = await find(ann, "tea\n")
    await ann.until(tea, text="tea\nSpecify the number: 5", timeout=START)
    await ann.press(tea, "-1")
    await ann.press(tea, "Confirm")
    await ann.until(tea, text="tea\nTotal: 4")
    friends = recording.groups["Friends"]
    cake = await find(ann, "cake\n", friends)
    await ann.until(cake, text="cake\n+4 · Boris\n+1 · Ann\nSpecify the number: 5", timeout=START)
    await boris.press(cake, "-1")
    await ann.press(cake, "Confirm")
    await ann.until(cake, text="cake\n+3 · Boris\n+1 · Ann\nTotal: 4")
    rows = await tally.until_totals(ann, 2)
    assert [(row["label"], row["chat_id"], row["value"]) for row in rows] == [
        ("cake", friends, 4),
        ("tea", ann.id, 4),
    ]
    pie = await find(clara, "pie\n", recording.groups["Strangers"])
    await clara.until(pie, text="pie\nSpecify the number: 3", timeout=START)
    await ann.press(pie, "+1")
    await clara.press(pie, "Confirm")
    await clara.until(pie, ending("Total: 4"))
    assert [row["value"] for row in await tally.until_totals(clara, 1)] == [4]
    jam = await find(clara, "jam\n", recording.groups["Strangers"])
    await ann.press(jam, "+1")
    await clara.until(jam, text="jam\nSpecify the number: 1")


async def what_was_counted_before_is_not_counted_again(people: dict[str, Person]) -> None:
    dan = people["Dan"]
    twice = await find(dan, "twice\n")
    await dan.press(twice, "+1")
    await dan.until(twice, text="twice\nSpecify the number: 2")
    await receive_at_last(dan, "held\nSpecify the number: 0")
    held = await find(dan, "held\n")
    await dan.press(held, "+1")
    await dan.until(held, text="held\nSpecify the number: 1")
    await dan.send("/counters")
    listed = await receive_at_last(dan, "Your open counters in this chat")
    assert {"1. twice: 2", "2. held: 1"} <= set((listed.text or "").splitlines())


async def totals_and_messages_that_were_behind_arrive(
    tally: Tally, people: dict[str, Person]
) -> None:
    eve = people["Eve"]
    assert [row["value"] for row in await tally.until_totals(eve, 1)] == [2]
    await eve.until(await find(eve, "late\n"), text="late\nTotal: 2", timeout=START)
    juice = await find(eve, "juice\n")
    await eve.until(juice, text="juice\nSpecify the number: 1", timeout=START)
    await eve.press(juice, "Confirm")
    await eve.until(juice, text="juice\nTotal: 1")
    assert [row["value"] for row in await tally.until_totals(eve, 2)] == [1, 2]
    await receive_at_last(eve, "unsent\n")
    unsent = await find(eve, "unsent\n")
    await eve.press(unsent, "+1")
    await eve.until(unsent, text="unsent\nSpecify the number: 1")


async def windows_and_settings_go_on(tally: Tally, people: dict[str, Person]) -> None:
    boris, fedor = people["Boris"], people["Fedor"]
    await boris.send("oat milk")
    asked = await receive_at_last(boris, "1 total of milk")
    await boris.press(asked, "Rename")
    await tally.until_saved(boris, lambda rows: [row["label"] for row in rows] == ["oat milk"])
    settings = await find(fedor, "Настройки")
    await until(fedor, settings, "Часовой пояс: Окленд")
    plums = await find(fedor, "plums\n")
    await fedor.until(plums, text="plums\nУкажите число: 0", timeout=START)
    await choose(fedor, settings, "Язык", "English")
    await until(fedor, settings, "Time zone: Auckland")
    await fedor.until(plums, text="plums\nSpecify the number: 0")


async def bills_are_paid(tally: Tally, people: dict[str, Person]) -> None:
    clara, dan = people["Clara"], people["Dan"]
    (bill,) = [message for message in await clara.messages() if message.invoice]
    paid = await clara.pay(bill)
    assert paid["ok"]
    await receive_at_last(clara, "Paid: ⭐ 10")
    for person in (clara, dan):
        assert [row["amount"] for row in await tally.until_payments(person, 1)] == [10]
