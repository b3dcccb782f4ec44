"""The game on the playground's page, in a real browser: from the menu to a score in the chat."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from playground_support.chromium import Browser, Reader, reading
from tests.support.ports import free_port
from tests.support.tally import Tally

pytestmark = pytest.mark.thorough

ROUND = 10_000
"""Milliseconds of a round."""


@pytest.fixture
async def tally(tmp_path: Path) -> AsyncIterator[Tally]:
    """Give a bot that starts its own playground, as `make run` does."""
    ports = {"PLAYGROUND_PORT": str(free_port()), "WEB_PORT": str(free_port())}
    async with Tally(tmp_path / "data", **ports).running() as own:
        yield own


@pytest.fixture
async def reader(browser: Browser, tally: Tally) -> AsyncIterator[Reader]:
    """Give a person with a phone."""
    address = f"http://127.0.0.1:{tally.settings['PLAYGROUND_PORT']}"
    phone = {"width": 390, "height": 760}
    async with reading(browser, address, viewport=phone) as own:
        own.trust(f"http://127.0.0.1:{tally.settings['WEB_PORT']}")
        await own.page.clock.install()
        await own.page.locator("#chats button").first.click()
        yield own


async def test_two_rounds_by_touch_and_by_keyboard(reader: Reader) -> None:
    await reader.button("Start").click()
    await reader.key("Game").click()
    await reader.key("Play").click()
    page = reader.page.frame_locator("iframe")
    pad, say = page.locator("#pad"), page.locator("#say")
    await pad.get_by_text("Tap!").wait_for()
    await reader.shoot("game-ready")
    for _ in range(13):
        await pad.click()
    await reader.shoot("game-running")
    tapped = int(await page.locator("#count").inner_text())
    assert 10 <= tapped <= 13
    await reader.page.clock.fast_forward(ROUND)
    await say.get_by_text("Time is up! Your score is in the chat.").wait_for()
    await reader.page.clock.fast_forward(1000)
    await page.locator("li.own", has_text=f"Ann Lee{tapped}").wait_for()
    await reader.shoot("game-over")
    await reader.page.emulate_media(color_scheme="dark")
    again = page.get_by_role("button", name="Once more")
    await again.press("Enter")
    await pad.press("Space")
    await reader.page.clock.fast_forward(100)
    await pad.press("Enter")
    assert await page.locator("#count").inner_text() == "2"
    await reader.shoot("game-running-dark")
    await reader.page.clock.fast_forward(ROUND)
    await reader.page.clock.fast_forward(1000)
    await again.wait_for()
    assert await page.locator("li.own").inner_text() == f"1\nAnn Lee\n{tapped}"
    await reader.shoot("game-over-dark")
    # First the bot is away, then it has taken the score but its answer is lost.
    answers = iter((503, 409))
    await reader.page.route("**/game/score", lambda route: route.fulfill(status=next(answers)))
    await again.press("Enter")
    await pad.press("Enter")
    await reader.page.clock.fast_forward(ROUND)
    await say.get_by_text("Time is up! Saving…").wait_for()
    async with reader.page.expect_response("**/game/score"):
        await reader.page.clock.fast_forward(2000)
    await reader.page.clock.fast_forward(1000)
    await say.get_by_text("Your score is saved. For another round press Play").wait_for()
    assert await again.is_hidden()
    # Chromium logs each answer that is not 2xx.
    reader.problems[:] = [line for line in reader.problems if "Failed to load" not in line]
    await reader.button("Close").click()
    await reader.page.locator(".scores").get_by_text(f"Ann Lee {tapped}").wait_for()
    await reader.shoot("game-chat-dark")
