"""The edit queue of a message: what it promises, and what its edits wait for."""

import asyncio
from typing import cast

import pytest
from aiogram.types import Chat
from aiogram_dialog.api.entities import NewMessage
from typing_extensions import override

from durable_dialogs.drawing.edit_limits import EditLimits
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
        claims: What the next claims of the message return; then that it exists.
        may_draw: Set if edits may end.
        begun: How many edits have begun.
    """

    def __init__(self) -> None:
        self.shown, self.may_draw, self.begun = ShownMessages(), asyncio.Event(), 0
        self.claims: list[float | None] = []
        self.may_draw.set()

    async def claim(self, *_: object) -> float | None:
        """Return that the message exists, or what the test says."""
        return self.claims.pop(0) if self.claims else 0.0

    async def draw(self, *_: object) -> bool:
        """Draw."""
        self.begun += 1
        await self.may_draw.wait()
        return True


class Scene:
    """A message with an edit queue.

    Args:
        limiter: The rate limiter over all chats.
        bucket: The token bucket of the chat.
    """

    def __init__(self, limiter: GlobalRateLimiter, bucket: TokenBucket | None = None) -> None:
        bucket = bucket or TokenBucket(burst=4, rate=1)
        self.editor, self.over = Editor(), asyncio.Event()
        self.queue = EditQueue(
            cast("MessageEditor", self.editor),
            EditLimits(bucket, limiter, Message(7, 42)),
            self._upgrade,
            self.over.set,
        )

    async def _upgrade(self, _old: int, _new: int) -> None:
        raise AssertionError("no group is upgraded here")

    def add(self, version: str = "1") -> bool:
        """Add an edit; tell whether an answer to a press would promise it."""
        return self.queue.add(DRAWING, version)


def limiter_with(tickets: int) -> tuple[GlobalRateLimiter, list[Ticket]]:
    """Make a rate limiter of which so many tickets were taken."""
    limiter = GlobalRateLimiter()
    return limiter, [limiter.ticket(urgent=False) for _ in range(tickets)]


@pytest.mark.parametrize("seconds", [0, SOON / 2, SOON * 2])
async def test_an_edit_is_promised_if_its_ticket_is_called_soon(seconds: float) -> None:
    tickets = EDITS_PER_SECOND + int(seconds * EDITS_PER_SECOND) if seconds else 0
    limiter, _ = limiter_with(tickets)
    scene = Scene(limiter)
    assert scene.add() is (seconds <= SOON)
    async with asyncio.timeout(10):
        await scene.over.wait()
    assert scene.editor.begun == 1


async def test_an_edit_waits_while_another_worker_sends_its_message() -> None:
    scene = Scene(GlobalRateLimiter())
    scene.editor.claims = [0.01, 0.01, 0.0]
    scene.add()
    async with asyncio.timeout(10):
        await scene.over.wait()
    assert scene.editor.begun == 1
    assert not scene.editor.claims
    assert not scene.editor.shown.is_doubtful(7, 42)


async def test_a_window_that_another_worker_has_sent_is_checked_later() -> None:
    scene = Scene(GlobalRateLimiter())
    scene.editor.claims = [None]
    scene.add()
    async with asyncio.timeout(10):
        await scene.over.wait()
    assert not scene.editor.begun
    assert scene.editor.shown.is_doubtful(7, 42)


async def test_a_worker_that_stops_waits_for_no_other_that_sends_the_message() -> None:
    scene = Scene(GlobalRateLimiter())
    scene.editor.claims = [60.0, 60.0]
    scene.add()
    async with asyncio.timeout(10):
        while len(scene.editor.claims) > 1:
            await asyncio.sleep(0)
        scene.queue.hurry()
        await scene.over.wait()
    assert not scene.editor.begun
    assert scene.editor.shown.is_doubtful(7, 42)


@pytest.mark.parametrize(("tokens", "is_soon"), [(2, True), (1, False)])
async def test_a_token_that_an_edit_is_about_to_spend_is_not_promised_again(
    tokens: int, *, is_soon: bool
) -> None:
    scene = Scene(GlobalRateLimiter(), TokenBucket(burst=tokens, rate=1))
    scene.editor.may_draw.clear()
    assert scene.add("1")
    async with asyncio.timeout(10):
        while not scene.editor.begun:
            await asyncio.sleep(0)
        assert scene.add("2") is is_soon
        assert scene.add("3") is is_soon
        scene.editor.may_draw.set()
        await scene.over.wait()
    assert scene.editor.begun == 2


async def test_tickets_behind_those_of_a_held_chat_are_called() -> None:
    limiter, unused = limiter_with(4 * EDITS_PER_SECOND)
    held = TokenBucket(burst=10, rate=1)
    others = [Scene(limiter, held) for _ in range(40)]
    free = Scene(limiter)
    for scene in [*others, free]:
        scene.add()
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
    scene = Scene(limiter)
    scene.add()
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
    scene = Scene(GlobalRateLimiter())

    async def fail(*_: object) -> bool:
        raise RuntimeError("nothing works")

    monkeypatch.setattr(scene.editor, "draw", fail)
    monkeypatch.setattr(scene.editor, "release", fail, raising=False)
    scene.add("1")
    async with asyncio.timeout(10):
        await scene.over.wait()


async def test_a_queue_that_is_cancelled_is_over_and_its_message_is_drawn_again_later() -> None:
    scene = Scene(GlobalRateLimiter())
    scene.editor.may_draw.clear()
    scene.add("1")
    async with asyncio.timeout(10):
        while not scene.editor.begun:
            await asyncio.sleep(0)
        scene.add("2")
        task = scene.queue.hurry()
        task.cancel()
        await scene.over.wait()
        await scene.queue.finish()
    assert scene.editor.shown.is_doubtful(7, 42)
