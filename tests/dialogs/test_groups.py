"""Groups: everybody may tap a counter, but only its opener may use a window."""

import asyncio

import pytest

from telegram_playground import Answer, Group, Message, Person, Playground
from tests.dialogs.test_menu import GROUP_MENU
from tests.support.groups import ending, make_group
from tests.support.nursery import START
from tests.support.odd_answers import ODD
from tests.support.tally import Tally

NOT_YOURS = Answer("Only who opened this counter or an admin of the group may do that")
FOREIGN = Answer("This window belongs to somebody else. Send /start for your own.")


@pytest.fixture
async def group(playground: Playground, ann: Person, boris: Person, clara: Person) -> Group:
    """Give a group of three people; Clara is its admin."""
    return await make_group(playground, [ann, boris], [clara])


async def open_counter(person: Person, group: Group, command: str = "/numbers") -> Message:
    await person.send(command, chat=group)
    return await person.receive(group)


async def test_everybody_taps_and_the_opener_confirms(
    ann: Person, boris: Person, clara: Person, group: Group, tally: Tally
) -> None:
    counter = await open_counter(ann, group, "/numbers@playground_bot cups")
    for person in (ann, boris, clara):
        await person.press(counter, "+1")
    await ann.press(counter, "Confirm")
    closed = await ann.until(counter, ending("Total: 3"))
    assert closed.labels == []
    (row,) = await tally.until_totals(ann, 1)
    assert (row["value"], row["chat_id"]) == (3, group.id)
    assert tally.totals(boris) == []


@pytest.mark.parametrize("button", ["Confirm", "Cancel"])
async def test_another_member_may_not_close_a_counter(
    ann: Person, boris: Person, group: Group, button: str
) -> None:
    counter = await open_counter(ann, group)
    answer = await boris.press(counter, button)
    assert answer == Answer(
        "Это может сделать только тот, кто открыл счётчик, или администратор группы"
    )
    assert (await ann.read(counter)).labels == counter.labels


async def test_an_admin_closes_the_counter_in_its_openers_name(
    ann: Person, clara: Person, group: Group, tally: Tally
) -> None:
    counter = await open_counter(ann, group)
    await clara.press(counter, "Confirm")
    await ann.until(counter, text="Total: 0")
    assert len(await tally.until_totals(ann, 1)) == 1


async def test_who_was_an_admin_until_a_moment_ago_may_not(
    ann: Person, clara: Person, group: Group
) -> None:
    counter = await open_counter(ann, group)
    await group.set_role(clara, "member")
    assert await clara.press(counter, "Confirm") == NOT_YOURS


@pytest.mark.parametrize("name", ["a page", "no UTF-8", "no result"])
async def test_if_telegram_tells_no_admins_nobody_is_one(
    playground: Playground, clara: Person, tally: Tally, name: str
) -> None:
    ann = await playground.person("Ann", language_code="en")
    group = await make_group(playground, [ann], [clara])
    counter = await open_counter(ann, group)
    fault = await playground.trouble("answer", method="getChatMember", chat=group.id, **ODD[name])
    assert await clara.press(counter, "Confirm") == NOT_YOURS
    await playground.calm(fault)
    async with tally.redis() as redis, asyncio.timeout(START):
        # The bot remembers for a second that it could not read the answer.
        while [key async for key in redis.scan_iter(f"*{group.id}}}:right:*")]:
            await asyncio.sleep(0.05)
    await playground.trouble("answer", method="getChatMember", chat=group.id, times=1, **ODD[name])
    await clara.press(counter, "Confirm")
    await ann.until(counter, text="Total: 0")


async def test_any_admin_closes_the_counter_of_an_anonymous_one(
    ann: Person, boris: Person, clara: Person, group: Group
) -> None:
    await clara.send("/numbers", chat=group, anonymous=True)
    counter = await ann.receive(group)
    await boris.press(counter, "+1")
    assert await ann.press(counter, "Confirm") == NOT_YOURS
    await clara.press(counter, "Confirm")
    await ann.until(counter, ending("Total: 1"))


async def test_a_counter_shows_who_has_counted_how_much(
    ann: Person, boris: Person, clara: Person, group: Group
) -> None:
    await boris.change(first_name="<b>Борис\nSpecify the number: 9")
    counter = await open_counter(ann, group, "/numbers_fab cups")
    for person, label, taps in ((ann, "+1", 1), (clara, "-2", 2), (boris, "+2", 3)):
        for _ in range(taps):
            await person.press(counter, label)
    shown = await ann.until(counter, ending("Specify the number: 3"))
    assert (shown.text or "").splitlines() == [
        "cups",
        "+6 · <b>Борис Specify the number: 9",
        "-4 · Clara",
        "+1 · Ann",
        "Specify the number: 3",
    ]
    await ann.press(counter, "-1")
    await ann.press(counter, "Confirm")
    closed = await ann.until(counter, ending("Total: 2"))
    assert (closed.text or "").splitlines()[1:-1] == [
        "+6 · <b>Борис Specify the number: 9",
        "-4 · Clara",
    ]


async def test_the_ten_largest_shares_are_named(playground: Playground, ann: Person) -> None:
    people = [await playground.person(f"P{number}") for number in range(1, 13)]
    group = await make_group(playground, [ann, *people])
    counter = await open_counter(ann, group)
    presses = [
        person.press(counter, "+1")
        for number, person in enumerate(people)
        for _ in "+" * (number + 1)
    ]
    await asyncio.gather(*presses)
    shown = await ann.until(counter, ending("Specify the number: 78"), timeout=30)
    lines = [f"+{number} · P{number}" for number in range(12, 2, -1)]
    assert (shown.text or "").splitlines()[:-1] == [*lines, "and 2 more"]


async def test_only_the_opener_taps_a_personal_counter(
    ann: Person, boris: Person, clara: Person, group: Group, tally: Tally
) -> None:
    counter = await open_counter(ann, group, "/numbers_fab_own cups")
    assert counter.text == "cups\nAnn alone taps\nSpecify the number: 0"
    assert counter.labels == [["-2", "-1", "+1", "+2"], ["Confirm", "Cancel"]]
    for person in (boris, clara):
        answer = await person.press(counter, "+2")
        assert answer is not None
        assert "Ann" in (answer.text or "")
    await ann.press(counter, "+2")
    await ann.until(counter, text="cups\nAnn alone taps\nSpecify the number: 2")
    assert await boris.press(counter, "Confirm") != Answer(None)
    await clara.press(counter, "Confirm")
    await ann.until(counter, ending("Total: 2"))
    (row,) = await tally.until_totals(ann, 1)
    assert (row["value"], row["kind"]) == (2, "numbers_fab")


async def test_admins_tap_a_personal_counter_of_an_anonymous_admin(
    playground: Playground, ann: Person, clara: Person
) -> None:
    # So Telegram tells it at once who is not an admin any more; see test_rights.py.
    group = await make_group(playground, [ann], [clara], bot="administrator")
    await clara.send("/numbers_own", chat=group, anonymous=True)
    counter = await ann.receive(group)
    assert counter.text == "Friends alone taps\nSpecify the number: 0"
    assert await ann.press(counter, "+1") == NOT_YOURS
    await clara.press(counter, "+1")
    await ann.until(counter, ending("Specify the number: 1"))
    await group.set_role(clara, "member")
    assert await clara.press(counter, "+1") == NOT_YOURS


async def test_in_a_private_chat_a_personal_counter_is_like_any_other(ann: Person) -> None:
    await ann.send("/numbers_own cups")
    counter = await ann.receive()
    await ann.press(counter, "+1")
    await ann.until(counter, text="cups\nSpecify the number: 1")


async def test_a_shared_counter_speaks_its_openers_language(
    ann: Person, boris: Person, group: Group
) -> None:
    counter = await open_counter(boris, group)
    assert counter.text == "Укажите число: 0"
    await ann.press(counter, "+1")
    await ann.until(counter, ending("Укажите число: 1"))


async def test_anothers_window_answers_with_a_notice_and_stays(
    ann: Person, clara: Person, group: Group
) -> None:
    await ann.send("/start", chat=group)
    menu = await ann.receive(group)
    assert menu.labels == GROUP_MENU
    assert await clara.press(menu, "Help") == FOREIGN
    assert (await ann.read(menu)).labels == GROUP_MENU
    await ann.press(menu, "Help")
    await ann.until(menu, lambda message: message.labels == [["Back"]])


async def test_an_anonymous_admins_menu_is_any_admins(
    ann: Person, clara: Person, group: Group
) -> None:
    await clara.send("/start", chat=group, anonymous=True)
    menu = await ann.receive(group)
    assert await ann.press(menu, "Help") == FOREIGN
    await clara.press(menu, "Help")
    await ann.until(menu, lambda message: message.labels == [["Back"]])


async def test_the_menu_opens_a_counter_on_a_message_of_its_own(
    ann: Person, boris: Person, group: Group
) -> None:
    await ann.send("/start", chat=group)
    menu = await ann.receive(group)
    await ann.press(menu, "Counter ±2")
    counter = await ann.receive(group)
    assert counter.labels == [["-2", "-1", "+1", "+2"], ["Confirm", "Cancel"]]
    assert (await ann.read(menu)).labels == GROUP_MENU
    await boris.press(counter, "+2")
    await ann.until(counter, ending("Specify the number: 2"))


async def test_two_menus_of_two_people_live_side_by_side(
    ann: Person, clara: Person, group: Group
) -> None:
    await ann.send("/start", chat=group)
    first = await ann.receive(group)
    await clara.send("/start", chat=group)
    second = await ann.receive(group)
    await ann.press(first, "Help")
    await ann.until(first, lambda message: message.labels == [["Back"]])
    assert (await ann.read(second)).labels == GROUP_MENU
    await clara.press(second, "Totals")
    await ann.until(second, lambda message: message.labels == [["Back"]])


async def test_topics_keep_apart(playground: Playground, ann: Person, boris: Person) -> None:
    forum = await make_group(playground, [ann, boris], is_forum=True)
    counters, menus = {}, {}
    for name in ("tea", "coffee"):
        topic = await forum.topic(name)
        await ann.send(f"/numbers {name}", chat=forum, topic=topic)
        counters[name] = await ann.receive(forum, topic=topic)
        await ann.send("/start", chat=forum, topic=topic)
        menus[name] = await ann.receive(forum, topic=topic)
        assert counters[name].message_thread_id == menus[name].message_thread_id == topic
    await boris.press(counters["tea"], "+1")
    await ann.until(counters["tea"], ending("Specify the number: 1"))
    assert (await ann.read(counters["coffee"])).text == "coffee\nSpecify the number: 0"
    await ann.press(menus["coffee"], "Help")
    await ann.until(menus["coffee"], lambda message: message.labels == [["Back"]])
    assert (await ann.read(menus["tea"])).labels == GROUP_MENU


async def test_the_bot_ignores_talk_in_a_group_and_commands_for_other_bots(
    ann: Person, group: Group
) -> None:
    await ann.send("/start@other_bot", chat=group)
    await ann.send("/nonsense", chat=group)
    await ann.send("hello @playground_bot", chat=group)
    await ann.send("/start", chat=group)
    assert (await ann.receive(group)).labels == GROUP_MENU
    await ann.send("/nonsense@playground_bot", chat=group)
    assert "/help" in ((await ann.receive(group)).text or "")
