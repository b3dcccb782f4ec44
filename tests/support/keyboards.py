"""Waits for reply keyboards, and for messages that begin with a text."""

import asyncio
from collections.abc import Callable
from typing import Any

from telegram_playground import Group, Message, Person

Markup = dict[str, Any]

PATIENCE = 20
"""Seconds that the bot may take to answer if it has just started on a busy machine."""


def labels(markup: Markup) -> list[list[str]]:
    """Give the labels of a reply keyboard, row by row."""
    return [[button["text"] for button in row] for row in markup["keyboard"]]


async def until_keyboard(
    person: Person, condition: Callable[[Markup], bool] = lambda _: True
) -> Markup:
    """Wait until a person has a reply keyboard or a forced reply for which a condition holds."""
    async with asyncio.timeout(PATIENCE):
        while True:
            shown = await person.keyboard()
            if shown and condition(shown["markup"]):
                return dict(shown["markup"])
            await asyncio.sleep(0.02)


async def until_no_keyboard(person: Person) -> None:
    """Wait until a person has no reply keyboard."""
    async with asyncio.timeout(PATIENCE):
        while await person.keyboard():
            await asyncio.sleep(0.02)


async def receive(person: Person, beginning: str) -> Message:
    """Receive the next message; it must begin with a text."""
    message = await person.receive(timeout=PATIENCE)
    assert (message.text or "").startswith(beginning), message.text
    return message


async def receive_at_last(person: Person, beginning: str, chat: Group | None = None) -> Message:
    """Receive messages until one begins with a text; after a kill others may be repeated before."""
    while True:
        message = await person.receive(chat, timeout=PATIENCE)
        if (message.text or "").startswith(beginning):
            return message
