"""How people leave reply keyboards; old keyboards, repeated updates, kills and groups."""

import pytest

from telegram_playground import Group, Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.dialogs.test_menu import MENU, open_menu
from tests.dialogs.test_reply_keyboards import (
    CUTLETS,
    LIST,
    QUESTION,
    open_cutlets,
    open_list,
    until_list,
)
from tests.support.keyboards import (
    labels,
    receive,
    receive_at_last,
    until_keyboard,
    until_no_keyboard,
)
from tests.support.tally import Tally

HINT = "I only know commands here: /start shows the menu, /help explains."


async def test_a_burst_of_presses_leaves_one_window(ann: Person, playground: Playground) -> None:
    await ann.send("/reply_builder")
    await receive(ann, "Choose a number:")
    for number in range(1, 9):
        await ann.send(str(number))
    while "Chosen: 8" not in ((await ann.receive()).text or ""):
        pass
    await playground.until_pending(0)
    shown = [m for m in await ann.messages() if "Choose a number:" in (m.text or "")]
    assert len(shown) == 1
    keyboard = await ann.keyboard()
    assert keyboard is not None
    assert keyboard["message_id"] == shown[0].message_id


async def test_a_forced_reply_is_left_by_a_command(ann: Person) -> None:
    shown = await open_list(ann)
    await ann.press(shown, "Forced reply")
    question = await receive(ann, "What goes best with cutlets?")
    assert (await open_menu(ann)).labels == MENU
    await ann.until_gone(question)
    assert await ann.keyboard() is None


@pytest.mark.parametrize("window", ["Cutlets", "Numbers", "Styles", "Both kinds side by side"])
async def test_back_takes_the_keyboard_away_without_a_word(ann: Person, window: str) -> None:
    shown = await open_list(ann)
    await ann.press(shown, window)
    if window == "Numbers":
        await ann.until(shown, lambda message: "Show the keyboard" in str(message.labels))
        await ann.press(shown, "Show the keyboard")
    await until_keyboard(ann)
    before = (await ann.messages())[-1].message_id
    await ann.tap("Back")
    await until_no_keyboard(ann)
    while (behind := await ann.receive()).message_id < before:
        pass
    back, *rest = [m for m in await ann.messages() if m.message_id > before]
    assert rest == [behind]
    assert back.text == "Back"
    assert behind.labels[-1] == ["Back"]


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("/start", "Tally counts taps"),
        ("/help", "What Tally can do"),
        ("/totals", "Your totals"),
        ("/numbers", "Specify the number: 0"),
    ],
)
async def test_every_command_takes_the_keyboard_away_without_a_word(
    ann: Person, command: str, text: str
) -> None:
    question = await open_cutlets(ann)
    await until_keyboard(ann)
    await ann.send(command)
    await receive(ann, text)
    await until_no_keyboard(ann)
    await ann.until_gone(question)
    assert len(await ann.messages()) == 3


async def test_one_keyboard_makes_way_for_another(ann: Person) -> None:
    question = await open_cutlets(ann)
    await ann.send("/reply_builder")
    await receive(ann, "Choose a number:")
    await until_keyboard(ann, lambda markup: labels(markup)[0] == ["1", "2", "3", "4"])
    await ann.until_gone(question)
    await ann.tap("5")
    await receive(ann, "Chosen: 5")


async def test_a_press_on_an_old_keyboard_is_answered_and_takes_it_away(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann", language_code="en")
    await open_cutlets(ann)
    async with own_tally.redis() as redis:
        await redis.flushdb()
    await ann.tap("With mashed potatoes")
    assert (await ann.receive()).text == HINT
    await until_no_keyboard(ann)


async def test_a_keyboard_that_is_too_old_to_be_deleted_goes_with_the_next_press(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann", language_code="en")
    await open_cutlets(ann)
    await own_playground.advance(49 * 60 * 60)
    await ann.tap("Back")
    await until_list(ann)
    await ann.tap("Back")
    assert (await ann.receive()).text == HINT
    await until_no_keyboard(ann)


async def test_a_keyboard_and_a_counter_disturb_neither(ann: Person, tally: Tally) -> None:
    counter = await open_counter(ann, "/numbers tea")
    await ann.press(counter, "+1")
    await open_cutlets(ann)
    await ann.press(counter, "+1")
    await ann.until(counter, text="tea\nSpecify the number: 2")
    await ann.tap("With mashed potatoes")
    assert (await ann.receive()).text == "Excellent choice!"
    await until_list(ann)
    await ann.press(counter, "Confirm")
    await ann.until(counter, text="tea\nTotal: 2")
    assert [row["value"] for row in await tally.until_totals(ann, 1)] == [2]


async def test_a_press_made_up_for_a_reply_window_changes_nothing(ann: Person) -> None:
    shown = await open_list(ann)
    cutlets = shown.button("Cutlets").callback_data or ""
    mark, _, _ = cutlets.partition("\x1d")
    await ann.press(shown, "Cutlets")
    question = await receive(ann, QUESTION)
    for data in (f"{mark}\x1dwith", f"{mark}\x1done_time:0", cutlets):
        answer = await ann.press(question, data=data)
        assert answer is not None
        assert answer.text == "This button is not available now"
    assert labels(await until_keyboard(ann)) == CUTLETS


async def test_an_update_delivered_twice_sends_no_second_keyboard(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann", language_code="en")
    question = await open_cutlets(ann)
    await own_playground.repeat()
    await own_playground.until_pending(0)
    await ann.tap("One time")
    moved = await receive(ann, QUESTION)
    await ann.until_gone(question)
    await own_playground.repeat()
    await own_playground.until_pending(0)
    await ann.tap("With mashed potatoes")
    assert (await ann.receive()).text == "Excellent choice!"
    assert (await ann.read(moved)).text == moved.text
    assert await own_playground.refusals() == []


@pytest.mark.thorough
async def test_a_killed_bot_goes_on_with_the_keyboard(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann", language_code="en")
    await open_cutlets(ann)
    await ann.tap("Always shown")
    await receive(ann, QUESTION)
    await own_tally.kill()
    await ann.tap("One time")
    await own_tally.start()
    await receive(ann, QUESTION)
    await until_keyboard(ann, lambda m: m["is_persistent"] and m["one_time_keyboard"])
    await ann.send("/reply_builder")
    await receive_at_last(ann, "Choose a number:")
    await own_tally.kill()
    await own_tally.start()
    await ann.tap("9")
    await receive_at_last(ann, "Chosen: 9")
    await ann.send("/start")
    menu = await receive_at_last(ann, "Tally counts taps")
    await ann.press(menu, "Reply keyboards")
    await ann.until(menu, lambda message: message.labels == LIST)
    await ann.press(menu, "Forced reply")
    await receive_at_last(ann, "What goes best")
    await own_tally.kill()
    await own_tally.start()
    await ann.send("Peas")
    await receive_at_last(ann, "Peas it is!")


async def test_in_a_group_the_question_is_for_the_person_who_asked(
    ann: Person, boris: Person, group: Group
) -> None:
    await boris.send("/cutlets", chat=group)
    question = await boris.receive(group)
    assert question.text == "Как подавать котлеты?"
    shown = await boris.keyboard(group.id)
    assert shown is not None
    assert shown["markup"]["selective"] is True
    assert labels(shown["markup"]) == [["С пюрешкой", "Без пюрешки"]]
    assert await ann.keyboard(group.id) is None
    await boris.send("с пюрешкой", chat=group, reply_to=question)
    assert (await boris.receive(group)).text == "Отличный выбор!"
    assert await boris.keyboard(group.id) is None


@pytest.mark.parametrize("command", ["/reply_builder", "/special_buttons", "/buttons_example"])
async def test_in_a_group_other_keyboards_are_not_offered(
    ann: Person, group: Group, command: str
) -> None:
    await ann.send(command, chat=group)
    answer = await ann.receive(group)
    assert answer.text == "That is for our private chat: open it and send the command there."
    assert await ann.keyboard(group.id) is None
