"""What may be left to other workers: nothing that somebody was promised to see soon."""

import asyncio
from typing import cast

import pytest
from aiogram.types import Chat
from aiogram_dialog.api.entities import NewMessage

from fsm.canvas import Canvas
from fsm.line import WHOLE, Line
from fsm.outcome import Drawing
from fsm.pace import Pace
from fsm.screen import SOON, Limits, Screen
from fsm.turns import Turns

CONTENT = NewMessage(Chat(id=7, type="private"), None, None, "Specify the number: 1")
DRAWING = Drawing("counter", 7, CONTENT, 42)


class Paper:
    """Stands in for the canvas: everything can be drawn, and no buttons change."""

    def changes_buttons(self, _drawing: Drawing) -> bool:
        """Tell that they don't."""
        return False

    def shows(self, _drawing: Drawing, _version: str) -> bool:
        """Tell that it is still to be drawn."""
        return False

    def target(self, drawing: Drawing) -> int:
        """Give the message."""
        return drawing.target

    async def draw(self, _drawing: Drawing, _version: str) -> bool:
        """Draw."""
        return True


class Shared:
    """Stands in for the turns of a crew, and notes which windows may be left to others.

    Args:
        pauses: What is answered, one after the other.
    """

    are_shared = True

    def __init__(self, *pauses: float) -> None:
        self._pauses = list(pauses)
        self.may_pass: list[bool] = []

    async def take(self, *_: object, may_pass: bool, **__: object) -> float:
        """Ask for the turn."""
        self.may_pass.append(may_pass)
        return self._pauses.pop(0)


class Scene:
    """A message on which a window is drawn.

    Args:
        turns: Gives the turn.
        waiting: How many wait before it.
    """

    def __init__(self, turns: Shared, waiting: int = 0) -> None:
        line = Line()
        for _ in range(waiting):
            line.join(lambda: True)
        limits = Limits(Pace(burst=4, rate=1), line, cast("Turns", turns))
        self._over = asyncio.Event()
        self.screen = Screen(cast("Canvas", Paper()), limits, self._upgrade, self._over.set)

    async def _upgrade(self, _old: int, _new: int) -> None:
        raise AssertionError("no group is upgraded here")

    async def draw(self) -> bool:
        """Have it drawn; tell whether that was said to be soon, as an answer to a press would."""
        is_soon = self.screen.add(DRAWING, "1") and await self.screen.follows()
        async with asyncio.timeout(10):
            await self._over.wait()
        return is_soon


async def test_what_is_drawn_at_once_is_left_to_nobody() -> None:
    turns = Shared(0)
    assert await Scene(turns).draw()
    assert turns.may_pass == [False]


@pytest.mark.parametrize(("seconds", "may_pass"), [(SOON / 2, False), (SOON * 2, True)])
async def test_what_waits_in_line_may_be_left_to_others_if_its_answer_tells_so(
    seconds: float, *, may_pass: bool
) -> None:
    turns = Shared(0)
    assert await Scene(turns, WHOLE + int(seconds * WHOLE)).draw() is not may_pass
    assert turns.may_pass == [may_pass]


async def test_what_has_to_wait_for_its_chat_may_be_left_to_others_once_that_was_told() -> None:
    turns = Shared(SOON * 2, 0)
    assert not await Scene(turns).draw()
    assert turns.may_pass == [False, True]
