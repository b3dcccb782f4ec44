"""Inline counters with two workers, who know of a counter only by the presses on it."""

import asyncio
import itertools
from dataclasses import dataclass
from typing import Any

import pytest

from telegram_playground import Group, Message, Person, Playground
from tests.handlers.test_inline import post
from tests.promises.test_workers import answers_to, counts, finish, posted, values
from tests.support.dice import dice
from tests.support.workers import Workers

_update_ids = itertools.count(2_000_000)


@dataclass(frozen=True, slots=True)
class Tapped:
    """A counter with one tap.

    Attributes:
        message: The counter.
        update: The update of that tap, as Telegram sent it.
    """

    message: Message
    update: dict[str, Any]

    def press(self, label: str) -> dict[str, Any]:
        """Make the update of another press by the same person."""
        update_id = next(_update_ids)
        data = self.message.button(label).callback_data
        query = {**self.update["callback_query"], "id": str(update_id), "data": data}
        return {"update_id": update_id, "callback_query": query}


@pytest.fixture
async def people(hooked: Playground, workers: Workers) -> list[Person]:  # noqa: ARG001 - they serve them
    """Give five people."""
    return [await hooked.person(f"P{number}", language_code="en") for number in range(5)]


@pytest.fixture
async def group(hooked: Playground, people: list[Person]) -> Group:
    """Give a group of these people without the bot."""
    return await hooked.group("Friends", members=people, bot="left")


async def tap(hooked: Playground, person: Person, group: Group) -> Tapped:
    """Have a person post a counter and tap it."""
    counter = await post(person, group)
    await person.press(counter, "+1")
    return Tapped(counter, (await hooked.updates())[-1])


async def test_the_first_fifty_presses_at_once_all_count(
    people: list[Person], group: Group, workers: Workers
) -> None:
    counter = await post(people[0], group)
    presses = [person.press(counter, "+1", timeout=25) for person in people for _ in range(10)]
    assert None not in await asyncio.gather(*presses)
    await finish(workers, people[0], counter, 50)


async def test_an_update_posted_to_both_workers_at_once_counts_once(
    hooked: Playground, people: list[Person], group: Group, workers: Workers
) -> None:
    tapped = await tap(hooked, people[0], group)
    for _ in range(10):
        again = tapped.press("+1")
        posts = [worker.post(again) for worker in workers * 2]
        assert len(await answers_to(hooked, *posts)) == len(posts)
    await finish(workers, people[0], tapped.message, 11)


async def test_repeated_and_reordered_updates_count_once_also_after_a_restart(
    hooked: Playground, people: list[Person], group: Group, workers: Workers
) -> None:
    throw = dice()
    tapped = await tap(hooked, people[0], group)
    taps = [tapped.press("+1") for _ in range(40)]
    await asyncio.gather(*posted(throw, workers, [tapped.update, *taps[:20]] * 3))
    for worker in workers:
        await worker.tally.kill()
    await asyncio.gather(*(worker.tally.start() for worker in workers))
    await asyncio.gather(*posted(throw, workers, [tapped.update, *taps] * 3))
    await finish(workers, people[0], tapped.message, 41)


async def test_taps_that_race_five_confirms_are_in_the_total_or_refused(
    hooked: Playground, people: list[Person], group: Group, workers: Workers
) -> None:
    throw = dice()
    totals: list[int] = []
    for _ in range(5):
        tapped = await tap(hooked, people[0], group)
        updates = [tapped.press(label) for label in ["+1"] * 6 + ["Confirm"] * 5]
        throw.shuffle(updates)
        answers = await asyncio.gather(*posted(throw, workers, updates))
        counted = sum(map(counts, answers))
        # The first Confirm counts as an answer here, and the tap of `tap` does not.
        await people[0].until(tapped.message, text=f"Total: {counted}", timeout=20)
        totals.insert(0, counted)
    assert await values(workers, people[0], 5) == totals


async def test_telegram_says_who_opened_a_counter_even_after_a_forged_press(
    hooked: Playground, people: list[Person], group: Group, workers: Workers
) -> None:
    ann, eve, *_ = people
    asked, forged = await ann.ask("of Ann"), await eve.ask("of Eve")
    result_id = asked["results"][0]["id"]
    counter = await ann.choose(asked, result_id, chat=group)
    _, plus = forged["results"][0]["reply_markup"]["inline_keyboard"][0]
    await eve.press(counter, data=plus["callback_data"])
    await ann.until(counter, text="of Eve\nSpecify the number: 1")
    pressed = (await hooked.updates())[-1]["callback_query"]
    chosen = {
        "result_id": result_id,
        "from": {"id": ann.id, "is_bot": False, "first_name": "Ann"},
        "query": "of Ann",
        "inline_message_id": pressed["inline_message_id"],
    }
    await workers[0].post({"update_id": next(_update_ids), "chosen_inline_result": chosen})
    await ann.until(counter, text="of Ann\nSpecify the number: 0")
    refused = await eve.press(counter, "Confirm")
    assert refused is not None
    assert refused.text
    await ann.press(counter, "Confirm")
    await ann.until(counter, text="of Ann\nTotal: 0")
    assert await values(workers, ann, 1) == [0]
