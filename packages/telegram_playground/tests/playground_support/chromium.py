"""A real browser for the tests of the page, and a person who uses it."""

import importlib
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import pytest

from playground_support.tiers import EVERYTHING

# Playwright may be missing, so its types can't be named.
Browser: TypeAlias = Any
Page: TypeAlias = Any
Locator: TypeAlias = Any

SCREENSHOTS = Path(__file__).parents[4] / "build" / "screenshots"

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

PATIENCE = 10_000
"""Milliseconds that a test waits for something to appear on the page."""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Run Chromium; if it is not installed, skip the test, or fail it with CI=true."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    try:
        playwright = importlib.import_module("playwright.async_api")
    except ImportError:
        playwright = None
    if playwright is None or path is None:
        missing = "Playwright" if playwright is None else "Chromium"
        give_up = pytest.fail if EVERYTHING else pytest.skip
        give_up(f"{missing} is not installed")
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        await browser.close()


class Reader:
    """A person who uses the page; collects its errors.

    Attributes:
        page: Playwright's page.
        problems: Console errors and requests to other hosts, of all pages in this profile.
    """

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.problems: list[str] = []
        self._trusted = ["{0.scheme}://{0.netloc}/".format(urlsplit(url)), "data:", "blob:"]
        page.set_default_timeout(PATIENCE)
        page.context.on("weberror", lambda error: self.problems.append(str(error.error)))
        page.context.on("console", self._hear)
        page.context.on("request", lambda request: self._check(request.url))

    def trust(self, url: str) -> None:
        """Allow requests to a web page of the bot."""
        self._trusted.append(url)

    @property
    def dialog(self) -> Locator:
        """The open dialog."""
        return self.page.get_by_role("dialog")

    @property
    def notice(self) -> Locator:
        """The container of the notices."""
        return self.page.locator("#notices")

    @property
    def input(self) -> Locator:
        """The input for messages."""
        return self.page.get_by_label("Message", exact=True)

    def message(self, text: str) -> Locator:
        """A message, or a formatted part of one, with exactly this text."""
        return self.page.locator("#messages .text").get_by_text(text, exact=True)

    def note(self, text: str) -> Locator:
        """The latest service message that contains a text."""
        return self.page.locator(".note", has_text=text).last

    def key(self, label: str) -> Locator:
        """The latest button of the bot whose label contains a text."""
        return self.page.locator(".key").filter(has_text=label).last

    def button(self, label: str) -> Locator:
        """A button with exactly this label."""
        return self.page.get_by_role("button", name=label, exact=True)

    async def act_as(self, name: str) -> None:
        """Play another person."""
        await self.page.get_by_role("radio", name=name).click()

    async def send(self, text: str) -> None:
        """Type a message and send it."""
        await self.input.fill(text)
        await self.page.keyboard.press("Enter")

    async def see(self, text: str) -> None:
        """Wait for a message with exactly this text."""
        await self.message(text).last.wait_for()

    async def shoot(self, name: str) -> None:
        """Save a screenshot for people to look at."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=SCREENSHOTS / f"{name}.png")

    def _hear(self, message: Any) -> None:  # noqa: ANN401 - Playwright may be missing
        # Tests restart the server, so lost connections are not errors of the page.
        if message.type in {"error", "warning"} and "ERR_CONNECTION" not in message.text:
            self.problems.append(message.text)

    def _check(self, asked: str) -> None:
        if not asked.startswith(tuple(self._trusted)):
            self.problems.append(f"a request to {asked}")


@asynccontextmanager
async def reading(browser: Browser, url: str, **options: object) -> AsyncIterator[Reader]:
    """Open the page in a new profile; fail at the end if it had problems.

    Args:
        browser: The browser.
        url: The address of the playground, or of a web page of the bot.
        **options: Playwright's options of a profile: `viewport`, `color_scheme`, ...
    """
    settings = {"viewport": {"width": 1100, "height": 760}} | options
    async with await browser.new_context(**settings) as context:
        reader = Reader(await context.new_page(), url)
        await reader.page.goto(url)
        yield reader
        assert reader.problems == []
