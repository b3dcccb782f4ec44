"""A bot with inline mode, for the tests of one module."""

from collections.abc import AsyncIterator

import pytest

from telegram_playground import Playground
from tests.support.tally import Tally


@pytest.fixture(scope="module")
async def inline_playground() -> AsyncIterator[Playground]:
    """Give a playground with inline mode and its feedback."""
    async with Playground() as own:
        await own.switch(inline=True, inline_feedback=True)
        yield own


@pytest.fixture(scope="module")
async def inline_tally(
    inline_playground: Playground, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Tally]:
    """Give a running bot, for tests that do not stop it."""
    data = tmp_path_factory.mktemp("inline") / "data"
    async with Tally.on(inline_playground, data).running() as own:
        yield own
