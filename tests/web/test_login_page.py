"""Logging into a page from the playground, in a real browser."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from playground_support.chromium import PATIENCE, SCREENSHOTS, Browser, Page, Reader, reading
from tests.support.ports import free_port
from tests.support.tally import Tally

pytestmark = pytest.mark.thorough

Route: TypeAlias = Any
"""Playwright's `Route`; `Any`, because Playwright may be missing."""

PHONE = {"viewport": {"width": 390, "height": 780}, "color_scheme": "dark"}


@pytest.fixture
async def tally(tmp_path: Path) -> AsyncIterator[Tally]:
    """Give a bot that starts its own playground, as `make run` does."""
    ports = {"PLAYGROUND_PORT": str(free_port()), "WEB_PORT": str(free_port())}
    async with Tally(tmp_path / "data", **ports).running() as own:
        yield own


async def log_in(reader: Reader, tally: Tally, name: str, label: str) -> Page:
    """Press the button in a person's chat, confirm, and give the page that opens."""
    reader.trust(f"http://127.0.0.1:{tally.settings['WEB_PORT']}")
    await reader.act_as(name)
    await reader.page.locator("#chats button").first.click()
    await reader.button("Start").click()
    await reader.send("/links")
    await reader.key(label).click()
    await reader.dialog.get_by_text(f"Log in as {name}").wait_for()
    await reader.shoot(f"login-question-{name}")
    async with reader.page.context.expect_page() as opened:
        await reader.dialog.get_by_role("button", name="Log in").click()
    await reader.note("You have logged in at 127.0.0.1, and the bot may write").wait_for()
    page = await opened.value
    await page.get_by_role("heading", name=name).wait_for()
    page.set_default_timeout(PATIENCE)
    return page


async def test_a_person_logs_in_stays_in_and_logs_out(tally: Tally, browser: Browser) -> None:
    playground = f"http://127.0.0.1:{tally.settings['PLAYGROUND_PORT']}"
    async with reading(browser, playground) as reader:
        page = await log_in(reader, tally, "Ann", "Log in to a page")
        assert page.url.endswith("/login?language=en")
        await page.screenshot(path=SCREENSHOTS / "login-inside.png")
        await page.reload()
        await page.get_by_text("You are logged in with Telegram.").wait_for()
        await page.get_by_role("button", name="Log out").click()
        await page.get_by_role("heading", name="Log in with Telegram").wait_for()
        assert page.url.endswith("/login?language=en")
        await page.screenshot(path=SCREENSHOTS / "login.png")
        await page.reload()
        assert await page.get_by_role("button", name="Log out").count() == 0
        # Only the chat on the playground leads back to the login.
        await page.get_by_role("link", name="Open the chat").click()
        await page.locator("#chats button").first.wait_for()
    async with reading(browser, playground, **PHONE) as reader:
        page = await log_in(reader, tally, "Борис", "Войти на страницу")
        await page.screenshot(path=SCREENSHOTS / "login-inside-phone-dark.png")
    # The browser itself logs a refused request on its console.
    async with await browser.new_page(**PHONE, locale="ru") as page:
        await page.goto(f"http://127.0.0.1:{tally.settings['WEB_PORT']}/login?id=1")
        await page.get_by_role("alert").get_by_text("Вход неполный.").wait_for()
        await page.screenshot(path=SCREENSHOTS / "login-problem-phone-dark.png")


WIDGET = """
const frame = document.createElement("iframe");
frame.src = `https://oauth.telegram.org/embed/${document.currentScript.dataset.telegramLogin}`;
frame.style.border = "none";
document.currentScript.before(frame);
"""
"""A short version of Telegram's script."""


async def test_telegrams_widget_is_allowed_and_the_page_works_without_it(
    app_tally: Tally, browser: Browser
) -> None:
    site, served = "https://example.org", f"http://127.0.0.1:{app_tally.settings['WEB_PORT']}"
    reachable = True

    async def serve(route: Route) -> None:
        url = route.request.url
        if url.startswith(site):
            await route.fulfill(response=await route.fetch(url=url.replace(site, served)))
        elif not reachable:
            await route.abort()
        elif url.startswith("https://telegram.org/js/telegram-widget.js"):
            await route.fulfill(body=WIDGET, content_type="text/javascript")
        else:
            await route.fulfill(body=f"This is {url}", content_type="text/html")

    async with await browser.new_page() as page:
        page.set_default_timeout(PATIENCE)
        problems: list[str] = []
        page.on("console", lambda message: problems.append(message.text))
        await page.route("**/*", serve)
        await page.goto(f"{site}/login")
        address = "https://oauth.telegram.org/embed/playground_bot"
        await page.frame_locator("iframe").get_by_text(f"This is {address}").wait_for()
        assert problems == []
        await page.screenshot(path=SCREENSHOTS / "login-widget.png")
        reachable = False
        await page.reload()
        await page.get_by_role("link", name="Open the chat").wait_for()
        assert await page.locator("iframe").count() == 0
