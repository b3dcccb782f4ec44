"""Finds texts and buttons in windows, and presses buttons in the settings."""

from telegram_playground import Message, Person

PATIENT = 30
"""Seconds that a busy machine may take to draw a window."""


async def until(person: Person, message: Message, text: str) -> Message:
    """Wait until a message contains a text."""
    return await person.until(message, lambda now: text in (now.text or ""), timeout=PATIENT)


async def until_offered(person: Person, message: Message, label: str) -> Message:
    """Wait until a message has a button."""
    return await person.until(message, lambda now: label in str(now.labels), timeout=PATIENT)


async def choose(person: Person, settings: Message, *labels: str) -> None:
    """Press buttons of the settings one after the other, each as soon as the message shows it."""
    for label in labels:
        await until_offered(person, settings, label)
        await person.press(settings, label, timeout=PATIENT)
