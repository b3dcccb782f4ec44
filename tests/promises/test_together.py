"""Presses that come at once: each counts once, and each is answered."""

import asyncio

from telegram_playground import Person, Playground
from tests.dialogs.test_counter import open_counter
from tests.dialogs.test_menu import open_menu
from tests.support.groups import ending, make_group
from tests.support.tally import Tally


async def test_fifty_presses_at_once_by_one_person_all_count(ann: Person) -> None:
    counter = await open_counter(ann)
    answers = await asyncio.gather(*(ann.press(counter, "+1", timeout=20) for _ in range(50)))
    assert None not in answers
    await ann.until(counter, text="Specify the number: 50")


async def test_ten_presses_at_once_by_each_of_five_people_all_count(
    playground: Playground, ann: Person
) -> None:
    people = [ann, *[await playground.person(f"P{number}") for number in range(4)]]
    group = await make_group(playground, people)
    await ann.send("/numbers", chat=group)
    counter = await ann.receive(group)
    presses = [person.press(counter, "+1", timeout=20) for person in people for _ in range(10)]
    assert None not in await asyncio.gather(*presses)
    await ann.until(counter, ending("Specify the number: 50"))


async def test_five_confirms_at_once_are_one_total(ann: Person, tally: Tally) -> None:
    counter = await open_counter(ann)
    data = counter.button("Confirm").callback_data
    answers = await asyncio.gather(*(ann.press(counter, data=data) for _ in range(5)))
    assert None not in answers
    await ann.until(counter, text="Total: 0")
    assert [row["value"] for row in await tally.until_totals(ann, 1)] == [0]


async def test_taps_that_race_confirm_are_in_the_total_or_refused(
    ann: Person, tally: Tally
) -> None:
    counter = await open_counter(ann)
    plus, confirm = counter.button("+1").callback_data, counter.button("Confirm").callback_data
    answers = await asyncio.gather(
        *(ann.press(counter, data=data) for data in [plus, plus, plus, confirm, plus, plus])
    )
    texts = [answer.text or "" for answer in answers if answer]
    assert len(texts) == len(answers)
    # If the disk is busy, the answer to Confirm says that the total is saved later.
    counting = ("Specify the number:", "Total:")
    counted = sum(not text or text.startswith(counting) for text in texts) - 1
    await ann.until(counter, text=f"Total: {counted}")
    assert [row["value"] for row in await tally.until_totals(ann, 1)] == [counted]


async def test_of_two_counters_opened_from_the_menu_at_once_one_shows(ann: Person) -> None:
    menu = await open_menu(ann)
    one, two = menu.button("Counter ±1").callback_data, menu.button("Counter ±2").callback_data
    await asyncio.gather(ann.press(menu, data=one), ann.press(menu, data=two))
    shown = await ann.until(menu, lambda message: (message.text or "").startswith("Specify"))
    assert len(shown.labels[0]) in {2, 4}
    await ann.press(menu, "+1")
    await ann.until(menu, text="Specify the number: 1")


async def test_a_new_person_does_not_wait_for_the_database(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    ann, boris = [await own_playground.person(name) for name in ("Ann", "Boris")]
    async with own_tally.locked_database():
        for person in (ann, boris):
            async with asyncio.timeout(10):  # SQLite waits longer for a lock.
                counter = await open_counter(person)
                await person.press(counter, "+1")
                await person.until(counter, text="Specify the number: 1")
