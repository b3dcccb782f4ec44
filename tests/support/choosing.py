"""What people do in the settings, and in any window, by the words on its buttons."""

from telegram_playground import Message, Person

PATIENT = 30
"""Seconds that a window may take to follow on a busy machine."""


async def until(person: Person, message: Message, text: str) -> Message:
    """Wait until a message has a text in it."""
    return await person.until(message, lambda now: text in (now.text or ""), timeout=PATIENT)


async def until_offered(person: Person, message: Message, label: str) -> Message:
    """Wait until a message has a button."""
    return await person.until(message, lambda now: label in str(now.labels), timeout=PATIENT)


async def choose(person: Person, settings: Message, *labels: str) -> None:
    """Press buttons of the settings one after the other, each as soon as it is there."""
    for label in labels:
        await until_offered(person, settings, label)
        await person.press(settings, label, timeout=PATIENT)
