"""Answers that aiogram can't read: nothing is done twice or lost, and the bot goes on."""

import pytest

from telegram_playground import Message, Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.dialogs.test_menu import open_menu
from tests.support.odd_answers import NOT_DONE, ODD, UNKNOWN, UNREADABLE, Odd, calls_to
from tests.support.tally import Tally

PATIENCE = 20.0
"""Seconds that a call with several tries may take."""


async def count(person: Person, counter: Message, value: int) -> None:
    """Tap a counter once; see an answer and the new value."""
    assert await person.press(counter, "+1", timeout=PATIENCE) is not None
    await person.until(counter, text=f"Specify the number: {value}", timeout=PATIENCE)


async def test_a_window_is_sent_once_and_works_after_an_unreadable_answer(
    playground: Playground, tally: Tally, dora: Person
) -> None:
    await playground.trouble("answer", method="sendMessage", chat=dora.id, times=1, **UNREADABLE)
    counter = await open_counter(dora)
    await count(dora, counter, 1)
    await count(dora, counter, 2)
    await tally.until_drawn()
    assert len(await calls_to(playground, "sendMessage", dora.id)) == 1


async def test_a_press_binds_a_window_whose_id_is_unknown(
    playground: Playground, tally: Tally, dora: Person
) -> None:
    await playground.trouble("answer", method="sendMessage", chat=dora.id, times=1, **UNKNOWN)
    counter = await open_counter(dora)
    await tally.until_drawn()
    await count(dora, counter, 1)
    await count(dora, counter, 2)
    await tally.until_drawn()
    assert len(await calls_to(playground, "sendMessage", dora.id)) == 1


async def test_a_repeated_command_does_not_send_a_window_again_whose_id_is_unknown(
    playground: Playground, tally: Tally, dora: Person
) -> None:
    await playground.trouble("answer", method="sendMessage", chat=dora.id, times=1, **UNKNOWN)
    async with tally.logging("result_unreadable"):
        counter = await open_counter(dora)
    async with tally.logging("update_repeated"):
        await playground.repeat()
    await tally.until_drawn()
    await count(dora, counter, 1)
    assert len(await calls_to(playground, "sendMessage", dora.id)) == 1


async def test_the_next_command_sends_a_menu_again_whose_id_is_unknown(
    playground: Playground, dora: Person
) -> None:
    await playground.trouble("answer", method="sendMessage", chat=dora.id, times=1, **UNKNOWN)
    await open_menu(dora)
    menu = await open_menu(dora)
    await dora.press(menu, "Help")
    await dora.until(menu, lambda message: message.labels == [["Back"]], timeout=PATIENCE)


async def test_an_answer_is_read_even_if_its_charset_is_unknown(
    playground: Playground, dora: Person
) -> None:
    headers = {"Content-Type": "application/json; charset=klingon"}
    await playground.trouble(
        "answer", method="sendMessage", chat=dora.id, times=1, status=200, headers=headers
    )
    await count(dora, await open_counter(dora), 1)
    assert len(await calls_to(playground, "sendMessage", dora.id)) == 1


@pytest.mark.parametrize("result", [UNREADABLE, UNKNOWN], ids=["unreadable", "no result"])
async def test_the_content_of_unreadable_answers_is_not_logged(
    playground: Playground, tally: Tally, dora: Person, result: Odd
) -> None:
    await playground.trouble("answer", method="sendMessage", chat=dora.id, times=1, **result)
    async with tally.logging("result_unreadable"):
        await open_counter(dora, "/numbers hunter2")
    assert "hunter2" not in tally.log.read_text()


@pytest.mark.parametrize("odd", NOT_DONE.values(), ids=NOT_DONE)
async def test_a_first_window_arrives_once_after_odd_answers(
    playground: Playground, dora: Person, odd: Odd
) -> None:
    await playground.trouble("answer", method="sendMessage", chat=dora.id, times=2, **odd)
    await dora.send("/numbers")
    counter = await dora.receive(timeout=PATIENCE)
    await count(dora, counter, 1)
    assert len(await calls_to(playground, "sendMessage", dora.id)) == 3


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
async def test_an_edit_is_drawn_after_odd_answers(
    playground: Playground, dora: Person, odd: Odd
) -> None:
    counter = await open_counter(dora)
    await playground.trouble("answer", method="editMessageText", chat=dora.id, times=2, **odd)
    await count(dora, counter, 1)


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
async def test_a_press_is_answered_after_odd_answers(
    playground: Playground, dora: Person, odd: Odd
) -> None:
    counter = await open_counter(dora)
    await playground.trouble("answer", method="answerCallbackQuery", times=2, **odd)
    await count(dora, counter, 1)


async def test_an_edit_is_given_up_if_its_result_can_never_be_read(
    playground: Playground, tally: Tally, dora: Person
) -> None:
    counter = await open_counter(dora)
    fault = await playground.trouble("answer", method="editMessageText", chat=dora.id, **UNKNOWN)
    await count(dora, counter, 1)
    await tally.until_drawn()
    await playground.calm(fault)
    # The second time Telegram says that the message is not modified.
    assert len(await calls_to(playground, "editMessageText", dora.id)) == 2
    await count(dora, counter, 2)
