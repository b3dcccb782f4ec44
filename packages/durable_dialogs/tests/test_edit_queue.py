"""The edit queue of a message: what it promises, and which edits it lets other workers make."""

import asyncio
from typing import cast

import pytest
from aiogram.types import Chat
from aiogram_dialog.api.entities import NewMessage
from typing_extensions import override

from durable_dialogs.drawing.edit_limits import EditLimits
from durable_dialogs.drawing.edit_permits import EditPermits
from durable_dialogs.drawing.edit_queue import SOON, EditQueue
from durable_dialogs.drawing.message_editor import MessageEditor
from durable_dialogs.drawing.rate_limits import EDITS_PER_SECOND, GlobalRateLimiter, Ticket
from durable_dialogs.drawing.shown_messages import ShownMessage, ShownMessages
from durable_dialogs.state.outcome import Drawing
from durable_dialogs.token_bucket import TokenBucket

CONTENT = NewMessage(Chat(id=7, type="private"), None, None, "Specify the number: 1")
DRAWING = Drawing("counter", 7, CONTENT, 42)


class Message(ShownMessage):
    """A message of which nothing is known.

    Attributes:
        is_broken: Whether to fail instead of telling whether buttons change.
    """

    is_broken = False

    @override
    def changes_buttons(self, drawing: Drawing) -> bool:
        if self.is_broken:
            raise RuntimeError("the keyboards can't be compared")
        return super().changes_buttons(drawing)


class Editor:
    """A stand-in for the message editor: everything can be drawn, and no buttons change.

    Attributes:
        shown: What messages show.
        may_draw: Set if edits may end.
        begun: How many edits have begun.
    """

    def __init__(self) -> None:
        self.shown, self.may_draw, self.begun = ShownMessages(), asyncio.Event(), 0
        self.may_draw.set()

    async def claim(self, *_: object) -> float:
        """Return that the message exists."""
        return 0.0

    async def draw(self, *_: object) -> bool:
        """Draw."""
        self.begun += 1
        await self.may_draw.wait()
        return True


class SharedPermits:
    """A stand-in for the edit permits of several workers; it notes which edits may be skipped.

    Args:
        pauses: What it answers, one after the other.
    """

    are_shared = True

    def __init__(self, *pauses: float) -> None:
        self._pauses = list(pauses)
        self.may_skip: list[bool] = []

    async def take(self, *_: object, may_skip: bool, **__: object) -> float:
        """Ask for a permit."""
        self.may_skip.append(may_skip)
        return self._pauses.pop(0)


class Scene:
    """A message with an edit queue.

    Args:
        permits: Gives edit permits.
        limiter: The rate limiter over all chats.
        bucket: The token bucket of the chat.
    """

    def __init__(
        self,
        permits: SharedPermits,
        limiter: GlobalRateLimiter,
        bucket: TokenBucket | None = None,
    ) -> None:
        bucket = bucket or TokenBucket(burst=4, rate=1)
        self.editor, self.over = Editor(), asyncio.Event()
        self.queue = EditQueue(
            cast("MessageEditor", self.editor),
            EditLimits(bucket, limiter, Message(7, 42)),
            cast("EditPermits", permits),
            self._upgrade,
            self.over.set,
        )

    async def _upgrade(self, _old: int, _new: int) -> None:
        raise AssertionError("no group is upgraded here")

    async def add(self, version: str = "1") -> bool:
        """Add an edit; tell whether an answer to a press would promise it."""
        return self.queue.add(DRAWING, version) and await self.queue.follows()


def limiter_with(tickets: int) -> tuple[GlobalRateLimiter, list[Ticket]]:
    """Make a rate limiter of which so many tickets were taken."""
    limiter = GlobalRateLimiter()
    return limiter, [limiter.ticket(urgent=False) for _ in range(tickets)]


async def test_an_edit_that_is_made_at_once_is_not_skipped() -> None:
    permits = SharedPermits(0)
    scene = Scene(permits, GlobalRateLimiter())
    assert await scene.add()
    async with asyncio.timeout(10):
        await scene.over.wait()
    assert permits.may_skip == [False]


@pytest.mark.parametrize(("seconds", "may_skip"), [(SOON / 2, False), (SOON * 2, True)])
async def test_an_edit_that_waits_for_a_ticket_may_be_skipped_unless_it_is_promised(
    seconds: float, *, may_skip: bool
) -> None:
    permits = SharedPermits(0)
    tickets = EDITS_PER_SECOND + int(seconds * EDITS_PER_SECOND)
    limiter, _ = limiter_with(tickets)
    scene = Scene(permits, limiter)
    assert await scene.add() is not may_skip
    async with asyncio.timeout(10):
        await scene.over.wait()
    assert permits.may_skip == [may_skip]


async def test_an_edit_that_waits_for_its_chat_may_be_skipped_once_the_answer_has_told() -> None:
    permits = SharedPermits(SOON * 2, 0)
    scene = Scene(permits, GlobalRateLimiter())
    assert not await scene.add()
    async with asyncio.timeout(10):
        await scene.over.wait()
    assert permits.may_skip == [False, True]


@pytest.mark.parametrize(("tokens", "is_soon"), [(2, True), (1, False)])
async def test_a_token_that_an_edit_is_about_to_spend_is_not_promised_again(
    tokens: int, *, is_soon: bool
) -> None:
    permits = SharedPermits(0, 0)
    scene = Scene(permits, GlobalRateLimiter(), TokenBucket(burst=tokens, rate=1))
    scene.editor.may_draw.clear()
    assert await scene.add("1")
    async with asyncio.timeout(10):
        while not scene.editor.begun:
            await asyncio.sleep(0)
        assert await scene.add("2") is is_soon
        assert await scene.add("3") is is_soon
        scene.editor.may_draw.set()
        await scene.over.wait()
    assert permits.may_skip == [False, not is_soon]


async def test_tickets_behind_those_of_a_held_chat_are_called() -> None:
    limiter, unused = limiter_with(4 * EDITS_PER_SECOND)
    held = TokenBucket(burst=10, rate=1)
    others = [Scene(SharedPermits(0), limiter, held) for _ in range(40)]
    free = Scene(SharedPermits(0), limiter)
    for scene in [*others, free]:
        await scene.add()
    # Each takes its ticket first. Only then the chat is held back.
    await asyncio.sleep(0)
    held.hold_back(60)
    for ticket in unused:
        limiter.give_back(ticket)
    async with asyncio.timeout(2):
        await free.over.wait()
    assert not any(scene.editor.begun for scene in others)


async def waiting_for_a_ticket(limiter: GlobalRateLimiter) -> Scene:
    """Make a message whose edit waits for its ticket in the limiter's queue."""
    scene = Scene(SharedPermits(0), limiter)
    await scene.add()
    await asyncio.sleep(0)
    return scene


async def test_an_edit_that_fails_while_it_waits_leaves_no_ticket_to_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limiter, earlier = limiter_with(EDITS_PER_SECOND + 2)
    scene = await waiting_for_a_ticket(limiter)
    monkeypatch.setattr(Message, "is_broken", True)
    async with asyncio.timeout(10):
        await scene.over.wait()
    assert scene.editor.begun == 1
    assert all(ticket.called.is_set() for ticket in earlier)
    assert limiter.delay(urgent=False) <= 1 / EDITS_PER_SECOND


async def test_an_edit_that_is_cancelled_while_it_waits_leaves_no_ticket_to_the_others() -> None:
    limiter, earlier = limiter_with(4 * EDITS_PER_SECOND)
    scene = await waiting_for_a_ticket(limiter)
    task = scene.queue.hurry()
    task.cancel()
    await asyncio.wait([task])
    for ticket in earlier:
        limiter.give_back(ticket)
    assert not limiter.delay(urgent=False)


async def test_an_edit_that_can_not_be_given_up_leaves_its_queue_in_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene = Scene(SharedPermits(0, 0), GlobalRateLimiter())

    async def fail(*_: object) -> bool:
        raise RuntimeError("nothing works")

    monkeypatch.setattr(scene.editor, "draw", fail)
    monkeypatch.setattr(scene.editor, "release", fail, raising=False)
    await scene.add("1")
    async with asyncio.timeout(10):
        await scene.over.wait()


async def test_a_queue_that_is_cancelled_is_over_and_its_message_is_drawn_again_later() -> None:
    scene = Scene(SharedPermits(0, 0), GlobalRateLimiter())
    scene.editor.may_draw.clear()
    await scene.add("1")
    async with asyncio.timeout(10):
        while not scene.editor.begun:
            await asyncio.sleep(0)
        await scene.add("2")
        task = scene.queue.hurry()
        task.cancel()
        await scene.over.wait()
        await scene.queue.finish()
    assert scene.editor.shown.is_doubtful(7, 42)


def test_a_reset_message_does_not_count_as_skipped() -> None:
    shown = ShownMessages()
    message = shown.of(7, 42)
    message.is_skipped = True
    shown.reset(7, 42)
    assert not message.is_skipped
