"""Messages whose dialog has ended: a press is answered, and changes nothing else."""

import asyncio

import pytest

from telegram_playground import Answer, Message, Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.dialogs.test_menu import MENU, open_menu
from tests.support.nursery import START
from tests.support.tally import Tally

ENDED = Answer(
    "This one has ended. Send /start for the menu or /numbers for a new counter.", show_alert=True
)


def no_keyboard(message: Message) -> bool:
    return not message.labels


async def test_two_counters_in_a_chat_never_mix(ann: Person) -> None:
    first = await open_counter(ann)
    await ann.press(first, "+1")
    second = await open_counter(ann)
    await ann.press(first, "+1")
    await ann.until(first, text="Specify the number: 2")
    assert (await ann.read(second)).text == "Specify the number: 0"


async def test_a_press_on_a_closed_counter_says_that_it_has_ended(
    ann: Person, tally: Tally
) -> None:
    for close in ("Confirm", "Cancel"):
        counter = await open_counter(ann)
        plus = counter.button("+1").callback_data
        await ann.press(counter, close)
        closed = await ann.until(counter, no_keyboard)
        assert await ann.press(counter, data=plus) == ENDED
        assert (await ann.read(counter)).text == closed.text
    assert [row["value"] for row in await tally.until_totals(ann, 1)] == [0]


async def test_a_press_on_an_expired_dialog_takes_its_keyboard_off(
    own_playground: Playground, own_tally: Tally
) -> None:
    own_tally.settings["DIALOG_TTL"] = "1"
    await own_tally.start()
    ann = await own_playground.person("Ann")
    counter = await open_counter(ann)
    menu = await open_menu(ann)
    async with own_tally.redis() as redis, asyncio.timeout(START):
        while await redis.keys("tally:*:stack:*") or await redis.keys("tally:*:intent:*"):
            await asyncio.sleep(0.05)
    for message in (counter, menu):
        assert await ann.press(message, data=_first_button(message)) == ENDED
        dead = await ann.until(message, no_keyboard)
        assert dead.text == message.text
    assert (await open_menu(ann)).labels == MENU
    assert await own_playground.refusals() == []


async def test_a_press_on_a_menu_that_was_reset_takes_its_keyboard_off(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann")
    menu = await open_menu(ann)
    async with own_tally.redis() as redis:
        await redis.flushdb()
    assert await ann.press(menu, "Help") == ENDED
    await ann.until(menu, no_keyboard)
    assert len(await ann.messages()) == 2


async def test_a_states_group_that_is_no_more_locks_nobody_out(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann")
    menu, counter = await open_menu(ann), await open_counter(ann)
    await _rename_states_groups(own_tally)
    assert await ann.press(counter, "+1") == ENDED
    await ann.until(counter, no_keyboard)
    fresh = await open_menu(ann)
    assert fresh.labels == MENU
    assert await ann.press(menu, "Help") == ENDED
    await ann.until(menu, no_keyboard)
    await ann.press(fresh, "Help")
    await ann.until(fresh, lambda message: message.labels == [["Back"]])
    assert await own_playground.refusals() == []


@pytest.mark.thorough
async def test_a_counter_of_the_menu_whose_group_is_no_more_opens_anew(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann")
    menu = await open_menu(ann)
    await ann.press(menu, "Counter ±1")
    await ann.until(menu, text="Specify the number: 0")
    await ann.press(menu, "Back")
    await ann.until(menu, lambda message: message.labels == MENU)
    await _rename_states_groups(own_tally, ":numbers")
    await ann.press(menu, "Counter ±1")
    await ann.until(menu, text="Specify the number: 0")


async def test_a_button_pressed_on_another_message_draws_nothing_there(ann: Person) -> None:
    counter, other, menu = await open_counter(ann), await open_counter(ann), await open_menu(ann)
    for message, data in (
        (counter, menu.button("Help").callback_data),
        (counter, other.button("Confirm").callback_data),
        (menu, counter.button("+1").callback_data),
    ):
        answer = await ann.press(message, data=data)
        assert answer is not None
        assert answer.text == "This button is not available now"
    for message in (counter, other, menu):
        assert (await ann.read(message)).text == message.text


async def test_made_up_data_changes_nothing(ann: Person, tally: Tally) -> None:
    counter, menu = await open_counter(ann), await open_menu(ann)
    mark, _, _ = (counter.button("+1").callback_data or "").partition("\x1d")
    made_up = [
        "nonsense",
        "help",
        "\x1d",
        "\x1dhelp",
        "nobody\x1dhelp",
        f"{mark}\x1d",
        f"{mark}\x1dstep:2",
        f"{mark}\x1dstep:-1",
        f"{mark}\x1dstep:1000000",
        f"{mark}\x1dback",
        f"{mark}\x1d__cancel__",
        "é" * 32,
    ]
    for data in made_up:
        for message in (counter, menu):
            answer = await ann.press(message, data=data)
            assert answer is not None, data
            assert (await ann.read(message)).labels == message.labels, data
    await ann.press(counter, "+1")
    await ann.press(counter, "Confirm")
    assert [row["value"] for row in await tally.until_totals(ann, 1)] == [1]


def _first_button(message: Message) -> str:
    assert message.reply_markup is not None
    return message.reply_markup.inline_keyboard[0][0].callback_data or ""


async def _rename_states_groups(tally: Tally, suffix: str = "") -> None:
    async with tally.rewritten_dialogs(suffix) as records:
        assert records
        for record in records:
            for context in record["contexts"].values():
                context["state"] = f"Former{context['state']}"
