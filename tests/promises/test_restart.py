"""Kills and restarts: every live button goes on from the value that it shows."""

import pytest

from telegram_playground import Playground
from tests.dialogs.test_counter import open_counter
from tests.dialogs.test_menu import MENU, open_menu
from tests.support.nursery import START
from tests.support.tally import Tally


async def test_buttons_go_on_from_their_value_after_a_kill(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann")
    menu, counter = await open_menu(ann), await open_counter(ann, "/numbers tea")
    await ann.press(counter, "+1")
    await ann.press(counter, "+1")
    await ann.until(counter, text="tea\nSpecify the number: 2")
    await own_tally.kill()
    await ann.press(counter, "+1", timeout=0)
    await own_tally.start()
    await ann.until(counter, text="tea\nSpecify the number: 3", timeout=START)
    await ann.press(counter, "-1")
    await ann.press(counter, "Confirm")
    await ann.until(counter, text="tea\nTotal: 2")
    await own_tally.until_totals(ann, 1)
    await ann.press(menu, "Totals")
    totals = await ann.until(menu, lambda message: "sum 2" in (message.text or ""))
    await own_tally.kill()
    await own_tally.start()
    await ann.press(totals, "Back", timeout=START)
    await ann.until(menu, lambda message: message.labels == MENU)
    assert [row["value"] for row in own_tally.totals(ann)] == [2]


@pytest.mark.thorough
async def test_a_stop_is_clean_and_leaves_nothing_running(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann")
    counter = await open_counter(ann)
    await ann.press(counter, "+1")
    assert await own_tally.stop() == 0
    assert not await own_tally.valkey_answers()
    await own_tally.start()
    await ann.press(counter, "+1", timeout=START)
    await ann.until(counter, text="Specify the number: 2")


async def test_an_update_delivered_twice_counts_once(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann")
    counter = await open_counter(ann)
    await ann.press(counter, "+1")
    await own_playground.repeat()
    await ann.press(counter, "+1")
    await ann.until(counter, text="Specify the number: 2")
    await own_playground.repeat()
    await own_tally.kill()
    await own_tally.start()
    await own_playground.repeat()
    await ann.press(counter, "+1", timeout=START)
    await ann.until(counter, text="Specify the number: 3")


async def test_an_update_in_the_inbox_is_replayed_once(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann")
    counter = await open_counter(ann)
    await ann.press(counter, "+1")
    await own_tally.stop()
    done, fresh = [
        {**update, "update_id": update["update_id"] + later}
        for update, later in zip([(await own_playground.updates())[-1]] * 2, (0, 7), strict=True)
    ]
    await own_tally.keep_in_inbox(done, fresh)
    await own_tally.start()
    await ann.until(counter, text="Specify the number: 2", timeout=START)
    await ann.press(counter, "+1")
    await ann.until(counter, text="Specify the number: 3")
    await own_tally.until_inbox_is_empty()
