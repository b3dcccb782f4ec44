"""A PostgreSQL that does not answer: totals are saved soon after it answers again."""

import asyncio

import pytest

from db.engine import create_engine
from db.filters import Filter
from db.sessions import Sessions
from db.totals import Totals
from telegram_playground import Playground
from tests.dialogs.test_counter import open_counter
from tests.support import postgres
from tests.support.presses import PATIENCE, SAVED_LATER
from tests.support.tally import Tally
from tests.support.wire import wire_to

pytestmark = pytest.mark.thorough

SOON = 15.0
"""Seconds within which a total is saved once the database answers, on a busy machine."""


async def test_confirm_while_the_database_is_silent_says_so_and_the_row_follows(
    own_playground: Playground, own_tally: Tally
) -> None:
    with postgres.serving(postgres.required()) as url:
        async with wire_to(url) as wire:
            own_tally.settings["DATABASE_URL"] = wire.url
            await own_tally.start()
            ann = await own_playground.person("Ann")
            counter = await open_counter(ann)
            with wire.cut():
                assert await ann.press(counter, "+1", timeout=PATIENCE)
                assert await ann.press(counter, "Confirm", timeout=PATIENCE) == SAVED_LATER
                await open_counter(await own_playground.person("Boris"))  # new to the bot
                await own_tally.until_logged("people_not_remembered")
                await own_tally.until_logged("delivery_failed")
            engine = create_engine(url)
            totals = Totals(Sessions(engine))
            async with asyncio.timeout(SOON):
                while not (await totals.page(Filter(user_id=ann.id), limit=2)).totals:
                    await asyncio.sleep(0.05)
            (total,) = (await totals.page(Filter(user_id=ann.id), limit=2)).totals
            assert total.value == 1
            await engine.dispose()
            assert await own_tally.stop() == 0
