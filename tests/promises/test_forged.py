"""Presses that no client would send: they are answered and change nothing."""

import asyncio
import random
import time
from collections import Counter

from playground_support.tiers import EVERYTHING
from telegram_playground import Message, Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.dialogs.test_menu import MENU, open_menu
from tests.support.dice import dice
from tests.support.tally import Tally

PEOPLE = 25
PRESSES = 400 if EVERYTHING else 100
"""Forged presses of each person; 10,000 of all people with CI=true."""

LETTERS = "\x1d\x1d\x00\n:-_ 019azAZ%{}<&é٣🍵"
ITEMS = ["step:9", "step:-1", "step:1e9", "step:", f"step:{10**40}", "step:+1", "step:01", "step:٣"]
ITEMS += ["step", "confirm:1", "back", "leave", "__cancel__", "", "step:1:1", "step:0 "]


def data_of(message: Message) -> list[str]:
    """Give the callback data of a message's buttons."""
    assert message.reply_markup is not None
    rows = message.reply_markup.inline_keyboard
    return [button.callback_data or "" for row in rows for button in row]


def forge(throw: random.Random, real: list[str]) -> str:
    """Make up callback data of at most 64 bytes: random, or a changed piece of real data."""
    data = throw.choice(real)
    mark, _, _ = data.partition("\x1d")
    match throw.randrange(5):
        case 0:
            data = "".join(throw.choices(LETTERS, k=throw.randint(1, 40)))
        case 1:
            data = throw.randbytes(throw.randint(1, 64)).decode("latin-1")
        case 2:
            place = throw.randrange(len(data))
            data = data[:place] + throw.choice(LETTERS) + data[place + throw.randint(0, 2) :]
        case 3:
            data = f"{mark}\x1d{throw.choice(ITEMS)}"
    return data.encode()[:64].decode(errors="ignore") or "\x1d"


async def forge_presses(
    person: Person, messages: list[Message], real: list[str], throw: random.Random
) -> int:
    """Press buttons that a person's messages do not have; give the number of answers."""
    answered = 0
    for _ in range(PRESSES):
        message = throw.choice(messages)
        data = forge(throw, real)
        while data in data_of(message):
            data = forge(throw, real)
        answered += await person.press(message, data=data, timeout=20) is not None
    return answered


async def test_thousands_of_forged_presses_are_answered_and_change_nothing(
    playground: Playground, tally: Tally, ann: Person
) -> None:
    throw, begin, logged = dice(), time.monotonic(), len(tally.logged())
    people = [ann, *[await playground.person(f"P{number}") for number in range(PEOPLE - 1)]]
    counters = [await open_counter(person) for person in people]
    menus = [await open_menu(person) for person in people]
    for person, counter in zip(people, counters, strict=True):
        await person.press(counter, "+1")
    real = [data for message in (*counters, *menus) for data in data_of(message)]
    presses = []
    for person, counter, menu in zip(people, counters, menus, strict=True):
        # Half of them from the person's own messages, half from those of others.
        known = real + PEOPLE * (data_of(counter) + data_of(menu))
        presses.append(forge_presses(person, [counter, menu], known, throw))
    answered = await asyncio.gather(*presses)
    assert sum(answered) == PEOPLE * PRESSES
    for person, counter, menu in zip(people, counters, menus, strict=True):
        assert (await person.read(menu)).labels == MENU
        assert (await person.read(counter)).labels == counter.labels
        await person.press(counter, "Confirm")
        await person.until(counter, text="Total: 1")
        await tally.until_totals(person, 1)
        assert [row["value"] for row in tally.totals(person)] == [1]
    lines = tally.logged()[logged:]
    assert [line for line in lines if line["level"] == "error"] == []
    noted = Counter(line["user"] for line in lines if line["event"] == "press_not_offered")
    assert set(noted) == {person.id for person in people}
    assert max(noted.values()) <= 1 + (time.monotonic() - begin) // 60
