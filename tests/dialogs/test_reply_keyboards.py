"""Reply keyboards: choices, options, numbers, forced replies, styles."""

import pytest

from telegram_playground import Message, Person
from tests.dialogs.test_menu import MENU, open_menu
from tests.support.keyboards import labels, receive, until_keyboard, until_no_keyboard

LIST = [["Cutlets", "Numbers"], ["Forced reply", "Styles"], ["Both kinds side by side"], ["Back"]]
QUESTION = "How should the cutlets be served?"
CUTLETS = [
    ["With mashed potatoes", "Without mashed potatoes"],
    ["☑ Low buttons", "☐ One time"],
    ["☐ Always shown", "☑ Hint"],
    ["Back"],
]
UNKNOWN = "None of these buttons sends that.\n"


async def open_list(person: Person) -> Message:
    menu = await open_menu(person)
    await person.press(menu, "Reply keyboards")
    return await person.until(menu, lambda message: message.labels == LIST)


async def open_cutlets(person: Person) -> Message:
    await person.send("/cutlets")
    return await receive(person, QUESTION)


async def until_list(person: Person) -> Message:
    shown = await receive(person, "Reply keyboards")
    assert shown.labels == LIST
    return shown


async def test_a_choice_is_answered_and_takes_the_keyboard_away(ann: Person) -> None:
    shown = await open_list(ann)
    await ann.press(shown, "Cutlets")
    question = await receive(ann, QUESTION)
    assert labels(await until_keyboard(ann)) == CUTLETS
    await ann.until(shown, lambda message: not message.labels)
    choice = await ann.tap("With mashed potatoes")
    assert choice.text == "With mashed potatoes"
    answer = await ann.receive()
    assert answer.text == "Excellent choice!"
    assert answer.reply_to_message
    assert answer.reply_to_message.message_id == choice.message_id
    assert await ann.keyboard() is None
    shown = await until_list(ann)
    assert (await ann.read(question)).text == question.text
    await ann.press(shown, "Back")
    await ann.until(shown, lambda message: message.labels == MENU)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("Without mashed potatoes", "That's not tasty!"),
        ("🥔 WITH \n mashed   potatoes ✅️", "Excellent choice!"),
    ],
)
async def test_a_button_typed_by_hand_is_a_press(ann: Person, typed: str, answer: str) -> None:
    await open_cutlets(ann)
    await ann.send(typed)
    assert (await ann.receive()).text == answer
    await until_list(ann)


@pytest.mark.parametrize("typed", ["🥔", "/with mashed potatoes"])
async def test_a_message_that_is_no_press_is_told_so_and_the_keyboard_stays(
    ann: Person, typed: str
) -> None:
    await open_cutlets(ann)
    await ann.send(typed)
    await receive(ann, UNKNOWN)
    assert labels(await until_keyboard(ann)) == CUTLETS
    await ann.tap("Without mashed potatoes")
    assert (await ann.receive()).text == "That's not tasty!"


async def test_a_keyboard_of_another_language_is_replaced(ann: Person) -> None:
    await open_cutlets(ann)
    await ann.change(language_code="ru")
    await ann.tap("With mashed potatoes")
    await receive(ann, "Такого эти кнопки не отправляют.\nКак подавать котлеты?")
    await until_keyboard(ann, lambda markup: labels(markup)[0] == ["С пюрешкой", "Без пюрешки"])
    await ann.tap("С пюрешкой")
    assert (await ann.receive()).text == "Отличный выбор!"


async def test_a_file_is_no_press_either(ann: Person) -> None:
    await open_cutlets(ann)
    await ann.send_file(b"potatoes")
    await receive(ann, UNKNOWN)


async def test_every_option_of_the_keyboard_is_switched_in_the_window(ann: Person) -> None:
    first = await open_cutlets(ann)
    keyboard = await until_keyboard(ann)
    assert keyboard["resize_keyboard"] is True
    assert keyboard["input_field_placeholder"] == "Choose a serving method"
    for switch, is_switched in (
        ("One time", lambda markup: markup["one_time_keyboard"]),
        ("Always shown", lambda markup: markup["is_persistent"]),
        ("Low buttons", lambda markup: not markup["resize_keyboard"]),
        ("Hint", lambda markup: "input_field_placeholder" not in markup),
        ("One time", lambda markup: not markup["one_time_keyboard"]),
    ):
        await ann.tap(switch)
        keyboard = await until_keyboard(ann, is_switched)
        await receive(ann, QUESTION)
    assert labels(keyboard) == [
        CUTLETS[0],
        ["☐ Low buttons", "☐ One time"],
        ["☑ Always shown", "☐ Hint"],
        ["Back"],
    ]
    # The window has moved down: its former messages are deleted.
    await ann.until_gone(first)


async def test_numbers_are_chosen_from_a_keyboard_of_four_by_four(ann: Person) -> None:
    await ann.send("/reply_builder")
    await receive(ann, "Choose a number:")
    rows = [[str(number + row * 4) for number in range(1, 5)] for row in range(4)]
    assert labels(await until_keyboard(ann)) == [*rows, ["Back"]]
    for said, number in (("7", 7), ("1️⃣6️⃣", 16), ("３", 3)):
        await ann.send(said)
        await receive(ann, f"Chosen: {number}\nChoose a number:")
        assert labels(await until_keyboard(ann)) == [*rows, ["Back"]]
    for said in ("17", "0", "-1", "1 6", "1.0"):
        await ann.send(said)
        await receive(ann, UNKNOWN)


async def test_a_keyboard_of_any_size_is_built(ann: Person) -> None:
    shown = await open_list(ann)
    await ann.press(shown, "Numbers")
    size = await ann.until(
        shown,
        lambda message: message.labels[:2] == [["-", "16 buttons", "+"], ["-", "4 a row", "+"]],
    )
    assert size.reply_markup
    (_, _, more), (fewer, _, _), *_ = size.reply_markup.inline_keyboard
    for _ in range(2):
        await ann.press(size, data=more.callback_data)
    for _ in range(5):  # down to 1
        await ann.press(size, data=fewer.callback_data)
    await ann.until(
        shown, lambda message: [row[1] for row in message.labels[:2]] == ["18 buttons", "1 a row"]
    )
    await ann.press(shown, "Show the keyboard")
    await receive(ann, "Choose a number:")
    assert labels(await until_keyboard(ann)) == [[str(n)] for n in range(1, 19)] + [["Back"]]
    await ann.tap("Back")
    size = await receive(ann, "How many buttons")
    await until_no_keyboard(ann)
    await ann.press(size, "Back")
    await ann.until(size, lambda message: message.labels == LIST)


async def test_a_forced_reply_is_asked_for_and_answered(ann: Person) -> None:
    shown = await open_list(ann)
    await ann.press(shown, "Forced reply")
    question = await receive(ann, "What goes best with cutlets?")
    markup = await until_keyboard(ann)
    assert markup["force_reply"] is True
    assert markup["input_field_placeholder"] == "Something tasty"
    await ann.send("x" * 65, reply_to=question)
    assert (await ann.receive()).text == "That is more than 64 characters. Shorter, please."
    await ann.send(" <b>Mashed</b>\npotatoes ", reply_to=question)
    assert (await ann.receive()).text == "<b>Mashed</b> potatoes it is!"
    await until_list(ann)
    assert (await ann.read(question)).text == question.text


async def test_buttons_have_colours_and_an_icon(ann: Person) -> None:
    shown = await open_list(ann)
    await ann.press(shown, "Styles")
    await receive(ann, "Buttons come in three colours")
    keyboard = (await until_keyboard(ann))["keyboard"]
    styles = {button["text"]: button.get("style") for row in keyboard for button in row}
    assert styles == {
        "Primary": "primary",
        "Success": "success",
        "Danger": "danger",
        "Plain": None,
        "☐ Icon": None,
        "Back": None,
    }
    await ann.tap("Danger")
    await receive(ann, "You pressed “Danger”.")
    await ann.tap("Icon")
    await until_keyboard(ann, lambda markup: "icon_custom_emoji_id" in markup["keyboard"][0][0])


async def test_both_kinds_of_keyboard_stand_side_by_side(ann: Person) -> None:
    await ann.send("/buttons_example")
    messages = {message.text: message for message in [await ann.receive(), await ann.receive()]}
    inline = messages["This message has an inline button below it"]
    assert inline.labels == [["This is an inline button"]]
    assert labels(await until_keyboard(ann)) == [["This is a regular button"], ["Back"]]
    answer = await ann.press(inline, "This is an inline button")
    assert answer is not None
    assert answer.text == "An inline press sends no message"
    await ann.tap("This is a regular button")
    await receive(ann, "You pressed “This is a regular button”.")
    await ann.tap("Back")
    await until_list(ann)
    await until_no_keyboard(ann)
    assert await ann.press(inline, "This is an inline button") == answer
