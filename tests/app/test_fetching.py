"""The bot goes on fetching updates after any answer of Telegram."""

from http import HTTPStatus
from itertools import pairwise

import pytest

from telegram_playground import Playground
from tests.dialogs.test_counter import open_counter
from tests.support.odd_answers import ODD
from tests.support.tally import Tally

PAUSE = 3
"""Seconds that Telegram asks to wait for."""


@pytest.mark.parametrize(
    "trouble",
    [
        {"kind": "refuse", "status": 429, "retry_after": PAUSE},
        {"kind": "refuse", "status": 502},
        {"kind": "cut"},
        {"kind": "lose"},
    ],
    ids=["throttled", "refused", "cut", "lost"],
)
async def test_a_fetch_that_fails_loses_nothing(
    own_playground: Playground, own_tally: Tally, trouble: dict[str, str | int]
) -> None:
    await own_tally.start()
    counter = await open_counter(ann := await own_playground.person("Ann"))
    how = {name: value for name, value in trouble.items() if name != "kind"}
    await own_playground.trouble(str(trouble["kind"]), method="getUpdates", times=1, **how)
    for _ in range(3):
        await ann.press(counter, "+1", timeout=20)
    await ann.until(counter, text="Specify the number: 3")
    fetched = await own_playground.calls("getUpdates")
    waits = [
        then.time - failed.time
        for failed, then in pairwise(fetched)
        if failed.status == HTTPStatus.TOO_MANY_REQUESTS
    ]
    assert len(waits) == ("retry_after" in trouble)
    assert all(wait >= PAUSE for wait in waits)


async def test_odd_answers_in_place_of_updates_do_not_stop_the_bot(
    own_playground: Playground, own_tally: Tally
) -> None:
    await own_tally.start()
    counter = await open_counter(ann := await own_playground.person("Ann"))
    for value, odd in enumerate(ODD.values(), start=1):
        await own_playground.trouble("answer", method="getUpdates", times=2, **odd)
        await ann.press(counter, "+1", timeout=20)
        await ann.until(counter, text=f"Specify the number: {value}")
    assert await own_tally.stop() == 0
