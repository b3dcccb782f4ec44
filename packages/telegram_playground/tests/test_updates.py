"""getUpdates: acknowledgement, waiting, conflicts, expiry."""

import asyncio

import pytest

from playground_support.bot_side import BotSide, Json
from telegram_playground import Group, Person, Playground, PlaygroundError

OTHER_POLL = (
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is"
    " running"
)


def ids(updates: list[Json]) -> list[int]:
    """Give the ids of updates."""
    return [update["update_id"] for update in updates]


def texts(updates: list[Json]) -> list[str]:
    """Give the texts of message updates."""
    return [update["message"]["text"] for update in updates]


async def send(person: Person, count: int) -> None:
    """Send texts "0", "1", ..."""
    for number in range(count):
        await person.send(str(number))


async def begin(playground: Playground, bot: BotSide, **params: object) -> asyncio.Task[Json]:
    """Start a poll and wait until the server has got it."""
    made = len(await playground.calls())
    poll = asyncio.create_task(bot.answer("getUpdates", **params))
    await playground.until_called("getUpdates", after=made)
    return poll


async def test_ids_start_anywhere_and_increase(bot: BotSide, ann: Person) -> None:
    await send(ann, 3)
    first, second, third = ids(await bot.updates())
    assert first > 1_000_000
    assert (second, third) == (first + 1, first + 2)


async def test_asking_with_an_offset_acknowledges_what_is_below(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    await send(ann, 3)
    first, second, _ = ids(await bot.updates())
    assert ids(await bot.updates())[0] == first
    assert texts(await bot.updates(offset=second)) == ["1", "2"]
    assert texts(await bot.updates()) == ["1", "2"]
    assert await playground.pending() == 2


async def test_a_negative_offset_keeps_the_latest_only(bot: BotSide, ann: Person) -> None:
    await send(ann, 5)
    assert texts(await bot.updates(offset=-2)) == ["3", "4"]
    assert texts(await bot.updates()) == ["3", "4"]


async def test_an_offset_far_in_the_future_forgets_nothing(bot: BotSide, ann: Person) -> None:
    await send(ann, 2)
    last = ids(await bot.updates())[-1]
    assert texts(await bot.updates(offset=last + 1000)) == ["0", "1"]


async def test_the_limit_is_between_1_and_100(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    await send(ann, 101)
    assert len(await bot.updates(limit=1000)) == 100
    playground.clock.advance(3)
    assert len(await bot.updates(limit=0)) == 1
    playground.clock.advance(3)
    assert len(await bot.updates(limit=7)) == 7


async def test_a_hundred_unacknowledged_updates_hide_what_is_newer(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    await send(ann, 102)
    first = await bot.updates()
    playground.clock.advance(3)
    assert await bot.updates() == first
    assert texts(await bot.updates(offset=ids(first)[-1] + 1)) == ["100", "101"]


async def test_a_poll_waits_for_an_update(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    poll = await begin(playground, bot, timeout=30)
    await ann.send("now")
    assert texts((await poll)["result"]) == ["now"]


async def test_a_poll_ends_empty_after_its_timeout(playground: Playground, bot: BotSide) -> None:
    poll = await begin(playground, bot, timeout=30)
    playground.clock.advance(29)
    assert not poll.done()
    playground.clock.advance(2)
    assert (await poll)["result"] == []


async def test_a_timeout_is_at_most_50_seconds(playground: Playground, bot: BotSide) -> None:
    poll = await begin(playground, bot, timeout=1000)
    playground.clock.advance(51)
    assert (await poll)["result"] == []


async def test_the_same_offset_too_soon_is_held_for_3_seconds(
    playground: Playground, bot: BotSide
) -> None:
    assert await bot.updates(offset=7) == []
    poll = await begin(playground, bot, offset=7)
    playground.clock.advance(2)
    assert not poll.done()
    playground.clock.advance(2)
    assert (await poll)["result"] == []
    playground.clock.advance(3)
    assert await bot.updates(offset=7) == []


async def test_the_same_offset_at_once_gets_a_single_update(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    await send(ann, 3)
    assert len(await bot.updates()) == 3
    assert len(await bot.updates()) == 1
    playground.clock.advance(0.6)
    assert len(await bot.updates()) == 3


async def test_a_second_poll_ends_the_first(playground: Playground, bot: BotSide) -> None:
    first = await begin(playground, bot, timeout=30)
    second = await begin(playground, bot, timeout=30)
    assert await first == {"ok": False, "error_code": 409, "description": OTHER_POLL}
    playground.clock.advance(31)
    assert (await second)["result"] == []


async def test_conflicts_in_a_row_are_slowed_down(playground: Playground, bot: BotSide) -> None:
    polls = [await begin(playground, bot, timeout=40) for _ in range(4)]
    assert (await polls[0])["description"] == OTHER_POLL
    assert not polls[1].done()
    playground.clock.advance(3)
    assert (await polls[1])["description"] == OTHER_POLL
    assert (await polls[2])["description"] == OTHER_POLL
    playground.clock.advance(40)
    assert (await polls[3])["result"] == []


async def test_a_poll_whose_bot_has_disconnected_takes_no_update(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    poll = await begin(playground, bot, timeout=30)
    poll.cancel()
    await ann.send("later")
    assert texts(await bot.updates(timeout=30)) == ["later"]


@pytest.mark.parametrize(("age", "left"), [(86_399, 1), (86_402, 0)])
async def test_a_message_waits_for_24_hours(
    playground: Playground, bot: BotSide, ann: Person, age: float, left: int
) -> None:
    await ann.send("tea")
    await playground.advance(age)
    assert await playground.pending() == left
    assert len(await bot.updates()) == left


@pytest.mark.parametrize(("age", "left"), [(148, 1), (152, 0)])
async def test_a_press_waits_for_150_seconds(
    playground: Playground, bot: BotSide, ann: Person, age: float, left: int
) -> None:
    message = await bot.show(ann, "tea", "+1")
    await ann.press(message, "+1", timeout=0)
    await playground.advance(age)
    assert len(await bot.updates()) == left


async def test_only_allowed_kinds_are_kept_until_others_are_allowed(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    message = await bot.show(ann, "tea", "+1")
    await bot.updates(allowed_updates=["callback_query"])
    await ann.send("unheard")
    await ann.press(message, "+1", timeout=0)
    (update,) = await bot.updates(offset=1)
    assert "callback_query" in update
    await bot.updates(offset=update["update_id"] + 1)
    await ann.send("still unheard")
    assert await playground.pending() == 0
    await bot.updates(offset=2, allowed_updates=[])
    await ann.send("heard")
    assert texts(await bot.updates(offset=3)) == ["heard"]


async def test_changes_of_members_come_only_when_asked_for(
    playground: Playground, bot: BotSide, ann: Person, boris: Person
) -> None:
    group = await playground.group("Friends", creator=ann, members=[boris], bot="administrator")
    await group.set_role(boris, "left")
    update, _ = await bot.updates()
    assert update["my_chat_member"]["new_chat_member"]["status"] == "administrator"
    await bot.updates(offset=update["update_id"] + 2, allowed_updates=["chat_member"])
    await group.set_role(boris, "member")
    (update,) = await bot.updates(offset=1)
    assert update["chat_member"]["old_chat_member"]["status"] == "left"
    assert update["chat_member"]["new_chat_member"]["user"]["id"] == boris.id


async def test_an_update_can_be_delivered_once_more(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    await send(ann, 2)
    first, second = await bot.updates()
    assert await bot.updates(offset=second["update_id"] + 1) == []
    assert await playground.repeat(first["update_id"]) == first["update_id"]
    assert await playground.pending() == 1
    assert await bot.updates(offset=second["update_id"] + 2) == [first]
    assert await playground.repeat() == second["update_id"]
    poll = bot.updates(offset=second["update_id"] + 1, timeout=5)
    assert await poll == [second]
    assert await playground.pending() == 0
    assert ids(await playground.updates()) == ids([first, second])


async def test_an_unknown_update_can_not_be_repeated(playground: Playground) -> None:
    with pytest.raises(PlaygroundError, match="no former update 5"):
        await playground.repeat(5)


async def test_the_bot_gets_a_group_in_the_order_of_its_messages(
    bot: BotSide, ann: Person, boris: Person, group: Group
) -> None:
    for person in (ann, boris, ann):
        await person.send(f"/{person.user.first_name}", chat=group)
    updates = [update for update in await bot.updates() if "message" in update]
    assert texts(updates) == ["/Ann", "/Boris", "/Ann"]
