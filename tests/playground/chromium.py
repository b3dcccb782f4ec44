"""A real browser for the tests of the chat page."""

import importlib
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

PATIENCE = 5_000
"""Milliseconds that a test waits for something to be on the page."""


@asynccontextmanager
async def chromium() -> AsyncIterator[Any]:
    """Run Chromium; where there is none the test is skipped, but not where CI is true."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    try:
        playwright = importlib.import_module("playwright.async_api")
    except ImportError:
        playwright = None
    if playwright is None or path is None:
        missing = "Playwright" if playwright is None else "Chromium"
        give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        give_up(f"{missing} is not installed")
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        await browser.close()


class Reader:
    """Somebody before the page, who notes what goes wrong on it.

    Attributes:
        page: Playwright's page.
        problems: Errors on the console, and requests to other hosts.
    """

    def __init__(self, page: Any, url: str) -> None:  # noqa: ANN401 - Playwright may be missing
        self.page = page
        self.problems: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", self._hear)
        page.on("request", lambda request: self._check(request.url, url))

    def message(self, text: str) -> Any:  # noqa: ANN401
        """A message with exactly this text, or its text with a part of it marked."""
        return self.page.locator("#messages .text").get_by_text(text, exact=True)

    def key(self, label: str) -> Any:  # noqa: ANN401
        """A button of the bot's; of several with this label the latest."""
        return self.page.locator(".key").filter(has_text=label).last

    async def send(self, text: str) -> None:
        """Type a message and send it."""
        await self.page.get_by_label("Message", exact=True).fill(text)
        await self.page.keyboard.press("Enter")

    async def see(self, text: str) -> None:
        """Wait for a message."""
        await self.message(text).last.wait_for()

    async def shoot(self, name: str) -> None:
        """Keep a picture of the page for people to look at."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=SCREENSHOTS / f"{name}.png")

    def _hear(self, message: Any) -> None:  # noqa: ANN401
        # That the server is away while it restarts is no mistake of the page's.
        if message.type in {"error", "warning"} and "ERR_CONNECTION" not in message.text:
            self.problems.append(message.text)

    def _check(self, asked: str, own: str) -> None:
        if not asked.startswith((own, "data:", "blob:")):
            self.problems.append(f"a request to {asked}")
