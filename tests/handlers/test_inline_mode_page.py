"""Inline mode on the page of the playground, in a real browser."""

import pytest

from playground_support.chromium import Browser, reading
from telegram_playground import Playground
from tests.support.tally import Tally

pytestmark = pytest.mark.thorough


async def test_from_the_window_to_a_counter_that_two_people_tap(
    own_playground: Playground, own_tally: Tally, browser: Browser
) -> None:
    await own_playground.switch(inline=True)
    await own_tally.start()
    ann = await own_playground.person("Ann", language_code="en")
    boris = await own_playground.person("Boris", language_code="en")
    await own_playground.group("Friends", members=[ann, boris], bot="left")
    await ann.send("/inline")
    await ann.receive()
    async with reading(browser, own_playground.url) as reader:
        shown = reader.page.locator("#messages .text")
        await reader.page.locator("#chats button").first.click()
        await reader.key("In a group").click()
        await reader.page.get_by_role("dialog").get_by_role("button", name="Friends").click()
        await reader.page.get_by_role("option", name="Counter ±1: cups of tea").wait_for()
        await reader.shoot("inline-counter")
        await reader.page.keyboard.press("Enter")
        await shown.filter(has_text="Specify the number: 0").wait_for()
        await reader.key("+1").click()
        await shown.filter(has_text="Specify the number: 1").wait_for()
        await reader.act_as("Boris")
        await reader.key("+1").click()
        await shown.filter(has_text="Specify the number: 2").wait_for()
        await reader.key("Confirm").click()
        await reader.notice.get_by_text("Only who posted this counter may do that").wait_for()
        await reader.shoot("inline-counter-refused")
        await reader.act_as("Ann")
        await reader.key("Confirm").click()
        await shown.filter(has_text="Total: 2").wait_for()
        assert await reader.page.locator(".key").count() == 0
    await own_tally.until_totals(ann, 1)
    assert [row["kind"] for row in own_tally.totals(ann)] == ["inline"]
    assert own_tally.totals(boris) == []
