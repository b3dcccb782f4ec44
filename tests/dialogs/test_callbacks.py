"""Callback buttons: every way to answer a press, and the progress of a slow job."""

from typing import Any

import pytest

from dialogs.callbacks import BREWING
from telegram_playground import Answer, Message, Person, Playground
from tests.dialogs.test_menu import MENU, open_menu
from tests.support.groups import make_group
from tests.support.tally import Tally

SILENT = Answer(None)
THANKS = Answer("Thank you for using the bot!", show_alert=True)
LABELS = [
    ["Silent", "Toast", "Alert"],
    ["Remembered", "Link"],
    ["Answer, then work", "Work, then answer"],
    ["Failure", "Disabled"],
    ["A number", "Styles"],
    ["Back"],
]


async def open_callbacks(person: Person, command: str = "/callbacks") -> Message:
    await person.send(command)
    return await person.receive()


async def last_answer(playground: Playground) -> dict[str, Any]:
    return (await playground.calls("answerCallbackQuery"))[-1].params


async def test_callbacks_open_by_command_with_the_menu_behind(ann: Person) -> None:
    window = await open_callbacks(ann)
    assert window.labels == LABELS
    await ann.press(window, "Back")
    await ann.until(window, lambda message: message.labels == MENU)


async def test_an_answer_is_silent_a_toast_or_an_alert(ann: Person) -> None:
    window = await open_callbacks(ann)
    assert await ann.press(window, "Silent") == SILENT
    await ann.until(window, lambda message: "Silent presses: 1" in (message.text or ""))
    assert await ann.press(window, "Toast") == Answer("This is a toast: it goes by itself")
    assert await ann.press(window, "Alert") == Answer(
        "This is an alert: it stays until you close it", show_alert=True
    )


async def test_a_remembered_answer_says_for_how_long(ann: Person, playground: Playground) -> None:
    window = await open_callbacks(ann)
    answer = await ann.press(window, "Remembered")
    assert answer is not None
    assert "For 10 seconds your Telegram repeats this" in (answer.text or "")
    assert int((await last_answer(playground))["cache_time"]) == 10


async def test_an_answer_with_a_link_leads_to_the_callbacks(
    ann: Person, playground: Playground
) -> None:
    window = await open_callbacks(ann)
    answer = await ann.press(window, "Link")
    assert answer is not None
    assert answer.url == f"https://t.me/{playground.bot.username}?start=callbacks"
    await ann.start("callbacks")
    assert (await ann.receive()).labels == LABELS


async def test_tea_is_answered_first_and_drawn_while_it_brews(ann: Person) -> None:
    window = await open_callbacks(ann)
    callback_data = window.button("Answer, then work").callback_data
    before = await ann.press(window, "Answer, then work")
    assert before == Answer("The kettle is on. The window shows how far the tea is.")
    brewing = await ann.until(window, lambda message: "Brewing tea:" in (message.text or ""))
    assert brewing.button("Answer, then work").disabled
    # The callback data of a button that is disabled now is refused too.
    assert await ann.press(window, data=callback_data) == SILENT
    await ann.until(window, lambda message: "Brewing tea: ▓▓▓" in (message.text or ""))
    ready = await ann.until(
        window, lambda message: "The tea is ready." in (message.text or ""), timeout=30
    )
    assert ready.labels == LABELS
    assert ready.button("Answer, then work").callback_data == callback_data
    assert await ann.press(ready, "Work, then answer") == Answer(
        "Done: this answer came after the work"
    )


async def test_tea_goes_on_when_the_bot_is_killed(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann")
    window = await open_callbacks(ann)
    await ann.press(window, "Answer, then work")
    await ann.until(window, lambda message: "▓" in (message.text or ""))
    await own_tally.kill()
    async with own_tally.rewritten_dialogs() as (record,):
        for context in record["contexts"].values():
            # As if the bot had been down for as long as the tea takes.
            if "begun" in context["dialog_data"]:
                context["dialog_data"]["begun"] -= BREWING
    await own_tally.start()
    ready = await ann.until(
        window, lambda message: "The tea is ready." in (message.text or ""), timeout=30
    )
    assert ready.labels == LABELS


@pytest.mark.thorough
async def test_a_person_who_leaves_while_tea_brews_gets_no_more_edits(
    ann: Person, playground: Playground
) -> None:
    window = await open_callbacks(ann)
    await ann.press(window, "Answer, then work")
    await ann.until(window, lambda message: "Brewing" in (message.text or ""))
    await ann.press(window, "A number")
    random = await ann.until(window, lambda message: message.labels == [["Press me"], ["Back"]])
    edits = await playground.call_count()
    await ann.press(random, "Back")
    await ann.until(window, lambda message: "The tea is" in (message.text or ""), timeout=30)
    assert await playground.refusals(after=edits) == []


async def test_a_failure_is_answered_and_the_window_goes_on(ann: Person) -> None:
    window = await open_callbacks(ann)
    assert await ann.press(window, "Failure") == Answer(
        "Something went wrong, try again", show_alert=True
    )
    assert await ann.press(window, "Silent") == SILENT
    await ann.until(window, lambda message: "Silent presses: 1" in (message.text or ""))


async def test_a_press_sends_a_number_from_1_to_10_and_thanks(ann: Person) -> None:
    window = await open_callbacks(ann, "/random")
    assert window.text == "Press the button for the bot to send a number from 1 to 10"
    assert await ann.press(window, "Press me") == THANKS
    number = (await ann.receive()).text or ""
    assert int(number) in range(1, 11)
    await ann.until(window, lambda message: f"was {number}." in (message.text or ""))


async def test_a_press_that_is_delivered_again_sends_no_other_number(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann")
    window = await open_callbacks(ann, "/random")
    await ann.press(window, "Press me")
    await ann.receive()
    await own_playground.repeat()
    assert await ann.press(window, "Press me") == THANKS
    await ann.receive()
    assert len(await ann.messages()) == 4


async def test_buttons_have_colours_and_an_icon_if_wished(ann: Person) -> None:
    window = await open_callbacks(ann)
    await ann.press(window, "Styles")
    styles = await ann.until(window, lambda message: "Icon" in str(message.labels))
    for label, style in (("Primary", "primary"), ("Success", "success"), ("Danger", "danger")):
        assert styles.button(label).style == style
        assert styles.button(label).icon_custom_emoji_id is None
    assert await ann.press(styles, "Danger") == Answer("You have pressed: Danger")
    await ann.press(styles, "Icon")
    iconic = await ann.until(window, lambda message: "☑ Icon" in str(message.labels))
    assert iconic.button("Danger").style == "danger"
    assert iconic.button("Plain").icon_custom_emoji_id


@pytest.mark.parametrize("made_up", ["work\x1d1", "disabled", "\x1dbrew", "x" * 64])
async def test_data_that_no_button_carries_changes_nothing(ann: Person, made_up: str) -> None:
    window = await open_callbacks(ann)
    mark, _, _ = (window.button("Silent").callback_data or "").rpartition("\x1d")
    for data in (made_up, f"{mark}\x1d{made_up}"[:64]):
        answer = await ann.press(window, data=data)
        assert answer is not None
    assert (await ann.read(window)).text == window.text


async def test_a_press_of_no_dialogs_is_answered_and_remembered(
    ann: Person, playground: Playground
) -> None:
    window = await open_callbacks(ann)
    assert await ann.press(window, data="made up") == Answer("This button is not available now")
    assert int((await last_answer(playground))["cache_time"]) == 10


async def test_a_press_on_a_window_that_was_deleted_is_answered(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann")
    window = await open_callbacks(ann, "/random")
    await ann.delete(window)
    data = window.button("Press me").callback_data
    assert await ann.press(window, data=data) == THANKS
    assert int((await ann.receive()).text or "") in range(1, 11)


async def test_in_a_group_the_window_is_its_openers(
    ann: Person, boris: Person, playground: Playground
) -> None:
    group = await make_group(playground, [ann, boris])
    await ann.send("/random", chat=group)
    window = await ann.receive(group)
    refused = await boris.press(window, "Press me")
    assert refused is not None
    assert (refused.text or "").startswith("Это чужое окно")
    assert await ann.press(window, "Press me") == THANKS
    assert int((await ann.receive(group)).text or "") in range(1, 11)


async def test_callbacks_are_there_in_the_menu(ann: Person) -> None:
    menu = await open_menu(ann)
    await ann.press(menu, "Callbacks")
    await ann.until(menu, lambda message: message.labels == LABELS)
