"""Presses while Redis or the database is away, and their answers."""

import asyncio

from telegram_playground import Answer, Message, Person
from tests.support.proxy import Trap

SILENT = Answer(None)
AGAIN = Answer("Try again in a moment")
ENDED = Answer(
    "This one has ended. Send /start for the menu or /numbers for a new counter.", show_alert=True
)
SAVED_LATER = Answer("Total: 1. It is saved as soon as the database is back.")
"""The bot answers so, too, if the disk is busy for a moment."""

PATIENCE = 30.0
"""Seconds that a person waits for an answer; after them Telegram accepts none."""

Press = asyncio.Task[Answer | None]


def begin_presses(person: Person, counter: Message, label: str, count: int) -> list[Press]:
    """Have a person press a button `count` times at once."""
    data = counter.button(label).callback_data
    presses = (person.press(counter, data=data, timeout=PATIENCE) for _ in range(count))
    return [asyncio.create_task(press) for press in presses]


async def counted(presses: list[Press]) -> int:
    """Wait until all presses are answered; count the answers other than "Try again"."""
    answers = await asyncio.gather(*presses)
    assert None not in answers
    return sum(answer != AGAIN for answer in answers)


async def spring(trap: Trap) -> None:
    """Release a trap, and wait until it has sprung."""
    trap.released.set()
    await asyncio.wait_for(trap.sprung.wait(), PATIENCE)
