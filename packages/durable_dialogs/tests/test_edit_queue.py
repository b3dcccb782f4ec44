"""What waits to be drawn: what it promises, and what it leaves to whom."""

import asyncio
from typing import cast

import pytest
from aiogram import Bot
from aiogram.types import Chat
from aiogram_dialog.api.entities import NewMessage

from durable_dialogs.drawing.edit_permits import EditPermits
from durable_dialogs.drawing.edit_queue import SOON, EditLimits, EditQueue
from durable_dialogs.drawing.global_rate_limiter import WHOLE, GlobalRateLimiter
from durable_dialogs.drawing.message_editor import MessageEditor
from durable_dialogs.drawing.senders import Senders
from durable_dialogs.state.outcome import Drawing
from durable_dialogs.state.store import DialogStore
from durable_dialogs.token_bucket import TokenBucket

CONTENT = NewMessage(Chat(id=7, type="private"), None, None, "Specify the number: 1")
DRAWING = Drawing("counter", 7, CONTENT, 42)


class Paper:
    """Stands in for the canvas: everything can be drawn, and no buttons change.

    Attributes:
        may_draw: Whether drawing ends.
        begun: How often it has begun.
    """

    def __init__(self) -> None:
        self.may_draw, self.begun = asyncio.Event(), 0
        self.may_draw.set()

    def changes_buttons(self, _drawing: Drawing) -> bool:
        """Tell that they don't."""
        return False

    def shows(self, _drawing: Drawing, _version: str) -> bool:
        """Tell that it is still to be drawn."""
        return False

    def target(self, drawing: Drawing) -> int:
        """Give the message."""
        return drawing.target

    async def claim(self, _drawing: Drawing, _version: str) -> float:
        """Tell that the message is there."""
        return 0.0

    async def draw(self, _drawing: Drawing, _version: str) -> bool:
        """Draw."""
        self.begun += 1
        await self.may_draw.wait()
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
        line: Of all messages.
        pace: Of its chat.
    """

    def __init__(
        self, turns: Shared, line: GlobalRateLimiter, pace: TokenBucket | None = None
    ) -> None:
        limits = EditLimits(pace or TokenBucket(burst=4, rate=1), line, cast("EditPermits", turns))
        self.paper, self.over = Paper(), asyncio.Event()
        self.screen = EditQueue(
            cast("MessageEditor", self.paper), limits, self._upgrade, self.over.set
        )

    async def _upgrade(self, _old: int, _new: int) -> None:
        raise AssertionError("no group is upgraded here")

    async def add(self, version: str = "1") -> bool:
        """Have it drawn; tell whether that was said to be soon, as an answer to a press would."""
        return self.screen.add(DRAWING, version) and await self.screen.follows()


def line_of(waiting: int) -> GlobalRateLimiter:
    """Make a line in which so many wait."""
    line = GlobalRateLimiter()
    for _ in range(waiting):
        line.join(lambda: True)
    return line


async def test_what_is_drawn_at_once_is_left_to_nobody() -> None:
    turns = Shared(0)
    scene = Scene(turns, GlobalRateLimiter())
    assert await scene.add()
    async with asyncio.timeout(10):
        await scene.over.wait()
    assert turns.may_pass == [False]


@pytest.mark.parametrize(("seconds", "may_pass"), [(SOON / 2, False), (SOON * 2, True)])
async def test_what_waits_in_line_may_be_left_to_others_if_its_answer_tells_so(
    seconds: float, *, may_pass: bool
) -> None:
    turns = Shared(0)
    scene = Scene(turns, line_of(WHOLE + int(seconds * WHOLE)))
    assert await scene.add() is not may_pass
    async with asyncio.timeout(10):
        await scene.over.wait()
    assert turns.may_pass == [may_pass]


async def test_what_has_to_wait_for_its_chat_may_be_left_to_others_once_that_was_told() -> None:
    turns = Shared(SOON * 2, 0)
    scene = Scene(turns, GlobalRateLimiter())
    assert not await scene.add()
    async with asyncio.timeout(10):
        await scene.over.wait()
    assert turns.may_pass == [False, True]


@pytest.mark.parametrize(("tokens", "is_soon"), [(2, True), (1, False)])
async def test_nobody_is_promised_a_token_that_an_edit_is_about_to_take(
    tokens: int, *, is_soon: bool
) -> None:
    turns = Shared(0, 0)
    scene = Scene(turns, GlobalRateLimiter(), TokenBucket(burst=tokens, rate=1))
    scene.paper.may_draw.clear()
    assert await scene.add("1")
    async with asyncio.timeout(10):
        while not scene.paper.begun:
            await asyncio.sleep(0)
        assert await scene.add("2") is is_soon
        assert await scene.add("3") is is_soon
        scene.paper.may_draw.set()
        await scene.over.wait()
    assert turns.may_pass == [False, not is_soon]


async def test_the_line_goes_on_behind_those_whose_chat_is_held() -> None:
    line = GlobalRateLimiter()
    leaving = [line.join(lambda: True) for _ in range(4 * WHOLE)]
    held = TokenBucket(burst=10, rate=1)
    others = [Scene(Shared(0), line, held) for _ in range(40)]
    free = Scene(Shared(0), line)
    for scene in [*others, free]:
        await scene.add()
    # Each takes its place first, and finds out then.
    await asyncio.sleep(0)
    held.hold_back(60)
    for place in leaving:
        line.leave(place)
    async with asyncio.timeout(2):
        await free.over.wait()
    assert not any(scene.paper.begun for scene in others)


def test_what_was_left_to_another_is_forgotten_where_it_is_drawn_anew() -> None:
    canvas = MessageEditor(cast("Bot", None), cast("DialogStore", None), cast("Senders", None))
    canvas.leave(DRAWING)
    assert canvas.is_left(7, 42)
    canvas.start_anew(7, 42)
    assert not canvas.is_left(7, 42)
