"""Windows that nobody waits for are drawn again between those of people who tap."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import pairwise
from typing import cast

import pytest
from redis.asyncio import Redis
from typing_extensions import override

import fsm.redraws
from fsm.batch import Batch
from fsm.crew import Crew
from fsm.foreground import NotDrawnError
from fsm.keys import ChatKeys
from fsm.place import Place
from fsm.renderer import Renderer
from fsm.store import AwayError
from fsm.tasks import finish
from fsm.undrawn import Undrawn
from tests.test_undrawn import BOT, INDEX, SOON, Idle, running

ANN, BORIS = 7, 8
ROOM = 2


class Busy(Idle):
    """Stands in for the renderer: it draws a window when it is told to."""

    def __init__(self) -> None:
        self.waiting: list[tuple[int | str, asyncio.Event]] = []
        self.looks: list[int] = []
        self._begun = 0

    @property
    @override
    def room(self) -> int:
        """How much is begun at a look; note what was before."""
        self.looks.append(self._begun)
        return ROOM

    @override
    async def finish(self, chat_id: int | str, _message_id: int) -> None:
        """Wait until the window may be drawn."""
        may_draw = asyncio.Event()
        self._begun += 1
        self.waiting.append((chat_id, may_draw))
        await may_draw.wait()

    @property
    def chats(self) -> list[int | str]:
        """The chats in which windows wait."""
        return [chat for chat, _ in self.waiting]

    def draw(self, chat_id: int) -> None:
        """Draw what waits in a chat."""
        waiting, self.waiting = self.waiting, []
        for chat, may_draw in waiting:
            if chat == chat_id:
                may_draw.set()
            else:
                self.waiting.append((chat, may_draw))


class Scene:
    """A worker that looks after windows.

    Args:
        redis: The connection.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self.renderer = Busy()
        self.drawn: list[str] = []
        self.troubles: list[Exception] = []
        self.renews: list[Place] = []
        batch = Batch(redis)
        renderer = cast("Renderer", self.renderer)
        self.undrawn = Undrawn(redis, batch, BOT, renderer, Crew(redis, batch, BOT))

    async def leave_behind(
        self,
        chat_id: int,
        count: int,
        message_id: int = 1,
        *,
        moves_for: float = 0.0,
        version: int = 0,
    ) -> list[str]:
        """Have windows of a chat stand undrawn, the last one the newest; give their records."""
        chat = ChatKeys(BOT, chat_id)
        records = [chat.record(f"{message_id}/{number}") for number in range(count)]
        for number, record in enumerate(records):
            await self._redis.hset(
                record, mapping={"version": version + number, "message": message_id + number}
            )
        await self.undrawn.announce(
            records, Place(chat_id, "private", None, chat_id, None), moves_for
        )
        for record in records:
            self.undrawn.hurry(record)
        return records

    async def press(self, record: str) -> None:
        """Press a button of a window, which is drawn thereby."""
        self.undrawn.touch([record], Place(ANN, "private", None, ANN, None))
        await self._redis.hset(record, "version", "9")
        self.undrawn.committed(record, "9")

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[None]:
        """Have the worker look meanwhile."""
        async with running(self.undrawn, self._redraw), asyncio.timeout(SOON):
            yield

    async def until_waiting(self, count: int) -> None:
        """Wait until so many windows wait to be drawn."""
        while len(self.renderer.waiting) < count:
            await asyncio.sleep(0.02)
        assert len(self.renderer.waiting) == count

    async def until_done(self) -> None:
        """Wait until all is drawn."""
        while await self._redis.hlen(INDEX):
            await asyncio.sleep(0.02)

    async def _redraw(self, record: str, _place: Place) -> None:
        self.drawn.append(record)
        if self.renews:
            await self.undrawn.renew({record: self.renews.pop()})
        if self.troubles:
            raise self.troubles.pop()


@pytest.fixture
def scene(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Set the scene, where windows are looked at often."""
    monkeypatch.setattr(fsm.redraws, "PERIOD", 0.05)
    monkeypatch.setattr(fsm.redraws, "REST", 0.1)
    return Scene(redis)


async def test_of_each_chat_one_window_is_drawn_again_at_a_time(scene: Scene) -> None:
    own = await scene.leave_behind(ANN, 3)
    others = await scene.leave_behind(BORIS, 1)
    async with scene.looking():
        for _ in own:
            await scene.until_waiting(2)
            assert set(scene.renderer.chats) == {ANN, BORIS}
            scene.renderer.draw(ANN)
        scene.renderer.draw(BORIS)
        await scene.until_done()
    assert sorted(scene.drawn) == sorted(own + others)


async def test_the_newest_window_comes_first_and_one_that_is_yet_to_be_sent_at_once(
    scene: Scene,
) -> None:
    windows = await scene.leave_behind(ANN, 3)
    async with scene.looking():
        await scene.until_waiting(1)
        unsent = await scene.leave_behind(ANN, 1, message_id=-5)
        await scene.until_waiting(2)
        assert scene.drawn == [windows[-1], *unsent]
        scene.renderer.draw(ANN)
        for _ in windows[1:]:
            await scene.until_waiting(1)
            scene.renderer.draw(ANN)
        await scene.until_done()
    assert [each for each in scene.drawn if each in windows] == windows[::-1]


async def test_no_more_begin_at_once_than_there_is_room_for(scene: Scene) -> None:
    for chat_id in range(1, 6):
        await scene.leave_behind(chat_id, 1)
    async with scene.looking():
        await scene.until_waiting(5)
        for chat_id in range(1, 6):
            scene.renderer.draw(chat_id)
        await scene.until_done()
    assert len(scene.drawn) == 5
    assert max(then - before for before, then in pairwise(scene.renderer.looks)) <= ROOM


async def test_what_is_pressed_while_it_waits_is_not_drawn_again(scene: Scene) -> None:
    first, second = await scene.leave_behind(ANN, 2)
    async with scene.looking():
        await scene.until_waiting(1)
        await scene.press(first)
        scene.renderer.draw(ANN)
        await scene.until_done()
    assert scene.drawn == [second]


@pytest.mark.parametrize(
    "trouble", [AwayError("Redis"), NotDrawnError("the database"), RuntimeError("a fault of ours")]
)
async def test_what_can_not_be_drawn_again_is_tried_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    monkeypatch.setattr(fsm.redraws, "PATIENCE", 0.1)
    (window,) = await scene.leave_behind(ANN, 1)
    scene.troubles = [trouble] * 3
    async with scene.looking():
        await scene.until_waiting(1)
        scene.renderer.draw(ANN)
        await scene.until_done()
    assert scene.drawn == [window] * 4


@pytest.mark.parametrize(
    "trouble", [NotDrawnError("of an older version"), RuntimeError("likewise")]
)
async def test_what_can_never_be_drawn_again_is_given_up(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    monkeypatch.setattr(fsm.redraws, "PATIENCE", 0.01)
    await scene.leave_behind(ANN, 1)
    scene.troubles = [trouble] * 100
    async with scene.looking():
        await scene.until_done()
    assert len(scene.drawn) == fsm.redraws.TRIES


async def test_what_waits_longest_is_drawn_again_however_much_comes_after_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fsm.redraws, "PATIENCE", 0.1)
    oldest, *_ = await scene.leave_behind(ANN, 3)
    async with scene.looking():
        while oldest not in scene.drawn:
            await scene.until_waiting(1)
            await scene.leave_behind(ANN, 1, message_id=100 + len(scene.drawn), version=100)
            scene.renderer.draw(ANN)


async def test_it_ends_though_a_library_swallows_the_first_cancellation(redis: Redis) -> None:
    scene, begun = Scene(redis), asyncio.Event()

    async def redraw(_record: str, _place: Place) -> None:
        with suppress(asyncio.CancelledError):
            begun.set()
            await asyncio.Event().wait()
        await asyncio.Event().wait()

    await scene.leave_behind(ANN, 1)
    running = asyncio.create_task(scene.undrawn.run(redraw))
    async with asyncio.timeout(SOON):
        await begun.wait()
        await finish([running], within=0)


async def test_one_that_is_never_drawn_keeps_others_of_its_chat_waiting_for_seconds_only(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fsm.redraws, "PATIENCE", 0.5)
    await scene.leave_behind(ANN, 2)
    async with scene.looking():
        await scene.until_waiting(2)


async def test_windows_that_move_keep_no_other_waiting(scene: Scene) -> None:
    for message_id in (5, 6):
        (window,) = await scene.leave_behind(ANN, 1, message_id=message_id, moves_for=1_000_000)
        scene.undrawn.committed(window, "0")
    async with scene.looking():
        await scene.until_waiting(2)
        await scene.leave_behind(ANN, 1)
        await scene.until_waiting(3)


async def test_a_window_that_moves_waits_for_no_other(scene: Scene) -> None:
    still, *_ = await scene.leave_behind(ANN, 1)
    async with scene.looking():
        await scene.until_waiting(1)
        (moving,) = await scene.leave_behind(ANN, 1, message_id=5, moves_for=1_000_000)
        scene.undrawn.committed(moving, "0")
        await scene.until_waiting(2)
        scene.renderer.draw(ANN)
        while scene.drawn.count(moving) < 3:
            scene.renderer.draw(ANN)
            await asyncio.sleep(0.02)
    assert scene.drawn.count(still) == 1


@pytest.mark.parametrize("is_rendered", [True, False])
async def test_what_is_to_be_drawn_anew_while_it_is_drawn_is_drawn_once_more(
    scene: Scene,
    is_rendered: bool,  # noqa: FBT001
) -> None:
    (window,) = await scene.leave_behind(ANN, 1)
    anns = Place(ANN, "private", None, ANN, None)
    scene.renews = [] if is_rendered else [anns]
    async with scene.looking():
        await scene.until_waiting(1)
        # In another language, say.
        if is_rendered:
            await scene.undrawn.renew({window: anns})
        scene.renderer.draw(ANN)
        await scene.until_waiting(1)
        assert scene.drawn == [window, window]
