"""Callback buttons and links on the playground's page, in a real browser."""

import pytest

from playground_support.chromium import Browser, reading
from telegram_playground import Playground
from tests.support.tally import Tally

pytestmark = pytest.mark.thorough


async def test_answers_a_slow_job_and_links_as_a_person_sees_them(
    own_playground: Playground, own_tally: Tally, browser: Browser
) -> None:
    await own_tally.start()
    ann = await own_playground.person("Ann", language_code="en")
    await ann.send("/callbacks")
    await ann.receive()
    async with reading(browser, own_playground.url) as reader:
        text = reader.page.locator("#messages .text")
        await reader.page.locator("#chats button").first.click()
        await reader.key("Toast").click()
        await reader.notice.get_by_text("This is a toast: it goes by itself").wait_for()
        await reader.key("Answer, then work").click()
        await text.filter(has_text="Brewing tea: ▓").wait_for()
        assert await reader.key("Answer, then work").is_disabled()
        await reader.shoot("callbacks")
        await reader.key("Alert").click()
        await reader.dialog.get_by_text("This is an alert").wait_for()
        await reader.page.keyboard.press("Escape")
        await reader.key("Styles").click()
        await reader.key("☐ Icon").click()
        await reader.key("☑ Icon").wait_for()
        await reader.shoot("styles")
        await reader.key("Back").click()
        await reader.key("Toast").wait_for()
        await reader.key("Link").click()
        await text.nth(3).wait_for()
        await reader.send("/links")
        await reader.key("Your profile").wait_for()
        await reader.shoot("links")
