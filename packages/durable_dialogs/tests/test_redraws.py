"""Pending redraws are drawn between the edits of people who press."""

import asyncio
from contextlib import suppress
from itertools import pairwise

import pytest
from redis.asyncio import Redis

from durable_dialogs.drawing.foreground import NotDrawnError, NotDrawnNowError
from durable_dialogs.recovery import pending_redraw, redraws
from durable_dialogs.state.location import Location
from durable_dialogs.state.store import AwayError
from durable_dialogs.tasks import finish
from durable_support.pending_redraws import SOON
from durable_support.redrawing import ANN, BORIS, CAPACITY, Scene


@pytest.fixture
def scene(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Give a worker that checks its pending redraws often."""
    monkeypatch.setattr(redraws, "PERIOD", 0.05)
    monkeypatch.setattr(pending_redraw, "REST", 0.1)
    return Scene(redis)


async def test_one_window_of_a_chat_is_drawn_again_at_a_time(scene: Scene) -> None:
    own = await scene.leave_behind(ANN, 3)
    others = await scene.leave_behind(BORIS, 1)
    async with scene.checking():
        for _ in own:
            await scene.until_waiting(2)
            assert set(scene.renderer.chats) == {ANN, BORIS}
            scene.renderer.draw(ANN)
        scene.renderer.draw(BORIS)
        await scene.until_done()
    assert sorted(scene.drawn) == sorted(own + others)


async def test_the_newest_window_comes_first_and_an_unsent_one_at_once(
    scene: Scene,
) -> None:
    windows = await scene.leave_behind(ANN, 3)
    async with scene.checking():
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


async def test_a_check_begins_no_more_windows_than_the_renderer_has_capacity_for(
    scene: Scene,
) -> None:
    for chat_id in range(1, 6):
        await scene.leave_behind(chat_id, 1)
    async with scene.checking():
        await scene.until_waiting(5)
        for chat_id in range(1, 6):
            scene.renderer.draw(chat_id)
        await scene.until_done()
    assert len(scene.drawn) == 5
    begun = [then - before for before, then in pairwise(scene.renderer.begun_before)]
    assert max(begun) <= CAPACITY


async def test_a_window_that_is_pressed_while_it_waits_is_not_drawn_again(scene: Scene) -> None:
    first, second = await scene.leave_behind(ANN, 2)
    async with scene.checking():
        await scene.until_waiting(1)
        await scene.press(first)
        scene.renderer.draw(ANN)
        await scene.until_done()
    assert scene.drawn == [second]


@pytest.mark.parametrize(
    "error", [AwayError("Redis"), NotDrawnError("the database"), RuntimeError("a bug")]
)
async def test_a_window_that_can_not_be_drawn_now_is_tried_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(pending_redraw, "PAUSE", 0.1)
    (window,) = await scene.leave_behind(ANN, 1)
    scene.errors = [error] * 3
    async with scene.checking():
        await scene.until_waiting(1)
        scene.renderer.draw(ANN)
        await scene.until_done()
    assert scene.drawn == [window] * 4


@pytest.mark.parametrize(
    "error", [NotDrawnError("of an older version"), RuntimeError("of an older version")]
)
async def test_a_window_that_can_never_be_drawn_is_given_up(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(pending_redraw, "PAUSE", 0.01)
    await scene.leave_behind(ANN, 1)
    scene.errors = [error] * 100
    async with scene.checking():
        await scene.until_done()
    assert len(scene.drawn) == pending_redraw.TRIES


async def test_a_window_whose_database_is_away_for_long_is_drawn_when_it_is_back(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pending_redraw, "PAUSE", 0.01)
    (window,) = await scene.leave_behind(ANN, 1)
    scene.errors += [NotDrawnNowError("the database")] * 3 * pending_redraw.TRIES
    async with scene.checking():
        await scene.until_waiting(1)
        scene.renderer.draw(ANN)
        await scene.until_done()
    assert scene.drawn == [window] * (3 * pending_redraw.TRIES + 1)


async def test_while_telegram_can_not_be_reached_a_window_is_tried_less_and_less_often_for_a_day(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pending_redraw, "REST", 0.02)
    monkeypatch.setattr(pending_redraw, "DAY", 0.5)
    await scene.leave_behind(ANN, 1)
    scene.renderer.is_away = True
    async with scene.checking():
        await scene.until_done()
    # With pauses of 0.04, 0.08, 0.16 and 0.32 seconds.
    assert 2 < len(scene.drawn) <= 5


async def test_a_window_is_drawn_when_telegram_can_be_reached_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pending_redraw, "REST", 0.001)
    await scene.leave_behind(ANN, 1)
    scene.renderer.is_away = True
    async with scene.checking():
        while len(scene.drawn) < 3:
            await asyncio.sleep(0.02)
        scene.renderer.is_away = False
        await scene.until_waiting(1)
        scene.renderer.draw(ANN)
        await scene.until_done()


async def test_the_oldest_window_is_drawn_although_newer_ones_keep_coming(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redraws, "PATIENCE", 0.1)
    oldest, *_ = await scene.leave_behind(ANN, 3)
    async with scene.checking():
        while oldest not in scene.drawn:
            await scene.until_waiting(1)
            await scene.leave_behind(ANN, 1, message_id=100 + len(scene.drawn), version=100)
            scene.renderer.draw(ANN)


async def test_it_ends_although_a_library_swallows_the_first_cancellation(redis: Redis) -> None:
    scene, begun = Scene(redis), asyncio.Event()

    async def draw_again(_record: str, _location: Location) -> None:
        with suppress(asyncio.CancelledError):
            begun.set()
            await asyncio.Event().wait()
        await asyncio.Event().wait()

    await scene.leave_behind(ANN, 1)
    running = asyncio.create_task(scene.pending.run(draw_again))
    async with asyncio.timeout(SOON):
        await begun.wait()
        await finish([running], within=0)


async def test_a_stuck_window_keeps_others_of_its_chat_waiting_only_for_seconds(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redraws, "PATIENCE", 0.5)
    await scene.leave_behind(ANN, 2)
    async with scene.checking():
        await scene.until_waiting(2)


async def test_animations_keep_no_other_window_waiting(scene: Scene) -> None:
    for message_id in (5, 6):
        (window,) = await scene.leave_behind(ANN, 1, message_id=message_id, animated_for=1_000_000)
        scene.pending.committed(window, "0")
    async with scene.checking():
        await scene.until_waiting(2)
        await scene.leave_behind(ANN, 1)
        await scene.until_waiting(3)


async def test_an_animation_waits_for_no_other_window(scene: Scene) -> None:
    still, *_ = await scene.leave_behind(ANN, 1)
    async with scene.checking():
        await scene.until_waiting(1)
        (animation,) = await scene.leave_behind(ANN, 1, message_id=5, animated_for=1_000_000)
        scene.pending.committed(animation, "0")
        await scene.until_waiting(2)
        scene.renderer.draw(ANN)
        while scene.drawn.count(animation) < 3:
            scene.renderer.draw(ANN)
            await asyncio.sleep(0.02)
    assert scene.drawn.count(still) == 1


@pytest.mark.parametrize("is_rendered", [True, False])
async def test_a_window_that_is_renewed_while_it_is_drawn_is_drawn_once_more(
    *, scene: Scene, is_rendered: bool
) -> None:
    (window,) = await scene.leave_behind(ANN, 1)
    location = Location(ANN, "private", None, ANN, None)
    scene.renewals = [] if is_rendered else [location]
    async with scene.checking():
        await scene.until_waiting(1)
        # As if its person had chosen another language.
        if is_rendered:
            await scene.pending.renew({window: location})
        scene.renderer.draw(ANN)
        await scene.until_waiting(1)
        assert scene.drawn == [window, window]
