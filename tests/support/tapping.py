"""People who keep tapping, and count the taps that were not refused."""

import asyncio

from telegram_playground import Answer, Message, Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.support.groups import ending, make_group
from tests.support.nursery import START
from tests.support.presses import AGAIN

PACE = 0.05
"""Seconds between two taps of a person."""


class Tapping:
    """A person who taps +1 on a counter until `stop`.

    Args:
        person: The person.
        counter: The counter.
        pace: Seconds between two taps.
    """

    def __init__(self, person: Person, counter: Message, pace: float = PACE) -> None:
        self.person = person
        self._counter = counter
        self._pace = pace
        self._over = asyncio.Event()
        self._presses: list[asyncio.Task[Answer | None]] = []
        self._task = asyncio.create_task(self._tap())

    async def _tap(self) -> None:
        while not self._over.is_set():
            press = self.person.press(self._counter, "+1", timeout=START)
            self._presses.append(asyncio.create_task(press))
            await asyncio.sleep(self._pace)

    async def until_counted(self, more: int) -> None:
        """Wait until `more` further presses have counted."""
        before = self._counted()
        async with asyncio.timeout(START):
            while self._counted() < before + more:
                await asyncio.sleep(0.02)

    def _counted(self) -> int:
        return sum(press.done() and press.result() not in {AGAIN, None} for press in self._presses)

    async def stop(self) -> int:
        """Stop; give the number of presses that were not refused."""
        self._over.set()
        await self._task
        answers = await asyncio.gather(*self._presses)
        assert None not in answers
        value = sum(answer != AGAIN for answer in answers)
        assert value > 0
        return value

    async def finish(self, *others: "Tapping") -> int:
        """Stop, confirm, and see that the total is the number of presses that were not refused.

        Args:
            *others: Other people who tap the same counter; they stop, too.

        Returns:
            That number.
        """
        value = sum([await each.stop() for each in (self, *others)])
        shown = ending(f"Specify the number: {value}")
        await self.person.until(self._counter, shown, timeout=START)
        await self.person.press(self._counter, "Confirm", timeout=START)
        await self.person.until(self._counter, ending(f"Total: {value}"), timeout=START)
        return value


async def begin_together(playground: Playground, count: int) -> list[Tapping]:
    """Have people tap one counter in a group; the first of them opens it."""
    people = [await playground.person(f"G{number}", language_code="en") for number in range(count)]
    group = await make_group(playground, people)
    await people[0].send("/numbers", chat=group)
    counter = await people[0].receive(group)
    # All of them together tap as fast as one person with a counter of their own.
    return [Tapping(person, counter, count * PACE) for person in people]


async def begin(playground: Playground, count: int) -> list[Tapping]:
    """Have people tap counters of their own."""
    people = [await playground.person(f"P{number}", language_code="en") for number in range(count)]
    return [Tapping(person, await open_counter(person)) for person in people]
