"""Counters: opened by command or from the menu, with a name, up to the limits, and closed."""

import pytest

from telegram_playground import Message, Person
from tests.dialogs.test_menu import MENU, open_menu
from tests.support.tally import Tally


async def open_counter(person: Person, command: str = "/numbers") -> Message:
    await person.send(command)
    return await person.receive()


@pytest.mark.parametrize(
    ("command", "steps"), [("/numbers", ["-1", "+1"]), ("/numbers_fab", ["-2", "-1", "+1", "+2"])]
)
async def test_a_counter_offers_its_steps_and_counts_them(
    ann: Person, command: str, steps: list[str]
) -> None:
    counter = await open_counter(ann, command)
    assert counter.text == "Specify the number: 0"
    assert counter.labels == [steps, ["Confirm", "Cancel"]]
    value = 0
    for step in [*steps, steps[0]]:
        answer = await ann.press(counter, step)
        value += int(step)
        assert answer is not None
        # After quick taps the message is behind; then the answer tells the value.
        assert answer.text in {None, f"Specify the number: {value}"}
        await ann.until(counter, text=f"Specify the number: {value}")


async def test_confirm_takes_the_keyboard_away_and_saves_the_total(
    ann: Person, tally: Tally
) -> None:
    counter = await open_counter(ann, "/numbers_fab cups of tea")
    await ann.press(counter, "-2")
    await ann.press(counter, "-1")
    await ann.press(counter, "Confirm")
    closed = await ann.until(counter, text="cups of tea\nTotal: -3")
    assert closed.labels == []
    saved = await tally.until_totals(ann, 1)
    assert [(row["kind"], row["label"], row["value"]) for row in saved] == [
        ("numbers_fab", "cups of tea", -3)
    ]
    assert saved[0]["chat_id"] == saved[0]["user_id"] == ann.id


async def test_cancel_closes_without_saving(ann: Person, tally: Tally) -> None:
    counter = await open_counter(ann)
    await ann.press(counter, "+1")
    await ann.press(counter, "Cancel")
    closed = await ann.until(counter, text="Cancelled")
    assert closed.labels == []
    assert tally.totals(ann) == []


async def test_confirm_is_one_row_however_often_it_comes(ann: Person, tally: Tally) -> None:
    counter = await open_counter(ann)
    await ann.press(counter, "+1")
    data = counter.button("Confirm").callback_data
    for _ in range(3):
        await ann.press(counter, data=data)
    assert [row["value"] for row in await tally.until_totals(ann, 1)] == [1]


@pytest.mark.parametrize("label", ["x", "y" * 64, "<b>&amp;</b>", "{value}", "🍵🍵", "مرحبا"])
async def test_a_name_shows_as_it_was_typed(ann: Person, tally: Tally, label: str) -> None:
    counter = await open_counter(ann, f"/numbers {label}")
    assert counter.text == f"{label}\nSpecify the number: 0"
    await ann.press(counter, "Confirm")
    await ann.until(counter, text=f"{label}\nTotal: 0")
    assert [row["label"] for row in await tally.until_totals(ann, 1)] == [label]
    totals = await open_counter(ann, "/totals")
    assert label in (totals.text or "")


async def test_white_space_around_and_in_a_name_is_folded(ann: Person) -> None:
    counter = await open_counter(ann, "/numbers   cups \n\n of\ttea ")
    assert counter.text == "cups of tea\nSpecify the number: 0"


async def test_a_name_that_is_too_long_is_refused_with_both_lengths(ann: Person) -> None:
    refusal = await open_counter(ann, f"/numbers {'y' * 65}")
    assert "64" in (refusal.text or "")
    assert "65" in (refusal.text or "")
    assert refusal.labels == []


async def test_the_counter_of_the_menu_opens_in_place_and_sends_the_menu_anew(
    ann: Person, tally: Tally
) -> None:
    menu = await open_menu(ann)
    await ann.press(menu, "Counter ±2")
    await ann.until(menu, text="Specify the number: 0")
    await ann.press(menu, "+2")
    await ann.press(menu, "Confirm")
    closed = await ann.until(menu, text="Total: 2")
    assert closed.labels == []
    assert (await ann.receive()).labels == MENU
    assert [row["value"] for row in await tally.until_totals(ann, 1)] == [2]


async def test_cancel_in_the_menu_sends_the_menu_anew_too(ann: Person) -> None:
    menu = await open_menu(ann)
    await ann.press(menu, "Counter ±1")
    await ann.until(menu, text="Specify the number: 0")
    await ann.press(menu, "Cancel")
    assert (await ann.until(menu, text="Cancelled")).labels == []
    assert (await ann.receive()).labels == MENU


async def test_a_counter_that_was_left_for_the_menu_is_returned_to(ann: Person) -> None:
    menu = await open_menu(ann)
    await ann.press(menu, "Counter ±1")
    await ann.until(menu, text="Specify the number: 0")
    await ann.press(menu, "+1")
    answer = await ann.press(menu, "Back")
    assert answer is not None
    assert answer.text == "Kept at 1: the menu leads back to it"
    await ann.until(menu, lambda message: message.labels == MENU)
    await ann.press(menu, "Counter ±1")
    await ann.until(menu, text="Specify the number: 1")


async def test_a_counter_that_was_left_by_a_command_stays_alive(ann: Person) -> None:
    left = await open_menu(ann)
    await ann.press(left, "Counter ±1")
    await ann.until(left, text="Specify the number: 0")
    await ann.press(left, "+1")
    for command in ("/start", "/totals", "/help"):
        await open_counter(ann, command)
    await ann.press(left, "+1")
    await ann.until(left, text="Specify the number: 2")
    # The menu opens the same counter, on the menu's message.
    menu = await open_menu(ann)
    await ann.press(menu, "Counter ±1")
    await ann.until(menu, text="Specify the number: 2")
    await ann.until(left, lambda message: not message.labels)
    await ann.press(menu, "+1")
    await ann.until(menu, text="Specify the number: 3")


@pytest.mark.parametrize(("end", "step"), [(999_999_999, "+1"), (-999_999_999, "-1")])
async def test_a_counter_at_its_limit_says_so_and_stays(
    ann: Person, tally: Tally, end: int, step: str
) -> None:
    command = await ann.send("/numbers")
    counter = await ann.receive()
    await tally.set_value(command, end)
    answer = await ann.press(counter, step)
    assert answer is not None
    assert answer.text == "That is as far as a counter goes"
    await ann.press(counter, "Confirm")
    await ann.until(counter, text=f"Total: {end}")
