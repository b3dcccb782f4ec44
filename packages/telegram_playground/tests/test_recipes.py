"""The recipes: each is a bot of a library with its test, and passes."""

import asyncio
import os
import shutil
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from importlib.util import find_spec
from pathlib import Path

import pytest

from playground_support.own_process import serving

RECIPES = Path(__file__).parents[1] / "recipes"

MAX_LINES = 40
"""Lines of a recipe: what fits on a page."""

PATIENCE = 180
"""Seconds that an installation or a recipe may take."""


async def run(*command: str | Path, folder: Path, **environment: str) -> tuple[int | None, str]:
    """Run a command in a folder; give its exit status and what it prints."""
    process = await asyncio.create_subprocess_exec(
        *map(str, command),
        cwd=folder,
        env=os.environ | environment,
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=STDOUT,
    )
    async with asyncio.timeout(PATIENCE):
        out, _ = await process.communicate()
    return process.returncode, out.decode()


async def install(*command: str | Path, folder: Path) -> None:
    """Install a library, or skip the test: a registry may be away, or lack it."""
    status, said = await run(*command, folder=folder)
    if status != 0:
        pytest.skip(f"{command[-1]} can't be installed: {said[-500:]}")


def test_a_recipe_fits_on_a_page() -> None:
    recipes = [path for path in RECIPES.iterdir() if path.suffix in {".py", ".mjs"}]
    assert len(recipes) == 6
    for recipe in recipes:
        assert len(recipe.read_text().splitlines()) <= MAX_LINES, recipe.name


@pytest.mark.parametrize(
    ("recipe", "module", "package"),
    [
        ("test_aiogram.py", "aiogram", "aiogram"),
        ("test_aiogram_dialog.py", "aiogram_dialog", "aiogram-dialog"),
        pytest.param(
            *("test_python_telegram_bot.py", "telegram", "python-telegram-bot"),
            marks=pytest.mark.thorough,
        ),
        pytest.param(
            *("test_pytelegrambotapi.py", "telebot", "pyTelegramBotAPI"),
            marks=pytest.mark.thorough,
        ),
    ],
)
async def test_a_recipe_in_python_passes(
    tmp_path: Path, recipe: str, module: str, package: str
) -> None:
    libraries = [*sys.path, str(tmp_path / "libraries")]
    if find_spec(module) is None:
        pip = (sys.executable, "-m", "pip", "install", "--quiet", "--target", libraries[-1])
        await install(*pip, package, folder=tmp_path)
    shutil.copy(RECIPES / recipe, tmp_path)
    # Only the playground's plugin, because a recipe needs no other one.
    plugin = ("-p", "telegram_playground.pytest_plugin")
    status, said = await run(
        *(sys.executable, "-m", "pytest", *plugin, "-W", "error", recipe),
        folder=tmp_path,
        PYTEST_DISABLE_PLUGIN_AUTOLOAD="1",
        PYTHONPATH=os.pathsep.join(libraries),
    )
    assert status == 0, said


@pytest.mark.thorough
@pytest.mark.parametrize("library", ["grammy", "telegraf"])
async def test_a_recipe_in_javascript_passes(tmp_path: Path, library: str) -> None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("node or npm is missing")
    await install(*(npm, "install", "--no-audit", "--prefix", tmp_path, library), folder=tmp_path)
    shutil.copy(RECIPES / f"{library}.test.mjs", tmp_path)
    async with serving("--token", "1:tea") as (url, _):
        for _ in range(2):  # on the same server
            status, said = await run(node, "--test", folder=tmp_path, TELEGRAM_URL=url)
            assert status == 0, said
