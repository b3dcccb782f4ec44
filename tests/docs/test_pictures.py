"""The pictures of the documentation can be taken again."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.support.nursery import ROOT, START

COMMAND = sys.executable, "-m", "tools.pictures"
TOKEN = "1234:hunter2"


async def take_pictures(folder: Path, **settings: str) -> tuple[int | None, str]:
    """Run the program; give its exit status and what it printed."""
    process = await asyncio.create_subprocess_exec(
        *(*COMMAND, folder),
        cwd=ROOT,
        env=os.environ | settings,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(START):
        out, _ = await process.communicate()
    return process.returncode, out.decode()


def sizes(folder: Path) -> dict[str, tuple[int, int]]:
    """Give the size of each picture, by its name."""
    found = {}
    for path in folder.iterdir():
        with Image.open(path) as picture:
            found[path.name] = picture.size
    return found


@pytest.mark.usefixtures("browser")  # it skips the test if there is no Chromium
@pytest.mark.thorough
async def test_every_picture_is_taken_in_its_size(tmp_path: Path) -> None:
    # A developer's token must not reach the bot.
    status, out = await take_pictures(tmp_path, BOT_TOKEN=TOKEN)
    assert status == 0, out
    assert sizes(tmp_path) == sizes(ROOT / "docs" / "images")


async def test_without_chromium_it_says_so(tmp_path: Path) -> None:
    pytest.importorskip("playwright")
    status, out = await take_pictures(tmp_path, PATH="")
    assert status == 1
    assert out.splitlines() == [
        "The pictures need Chromium, which is not installed (Debian: apt install chromium)."
    ]
