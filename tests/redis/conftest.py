"""Fixtures for the tests of Redis set-ups."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from telegram_playground import Playground
from tests.support.clusters import TallyCluster, running_cluster


@pytest.fixture(scope="module")
async def playground() -> AsyncIterator[Playground]:
    """Give a playground for one module, because the shared one serves the shared bot."""
    async with Playground() as own:
        await own.switch(inline=True, inline_feedback=True)
        yield own


@pytest.fixture(scope="module")
async def cluster(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TallyCluster]:
    """Give a cluster; a test that ends one of its servers starts it again."""
    async with running_cluster(tmp_path_factory.mktemp("cluster"), patience=2000) as own:
        yield own


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder for the data of workers."""
    return tmp_path
