"""Who can use the page: on a phone, in the dark, by keys, and nobody from elsewhere."""

import pytest
from aiohttp import ClientSession

from playground import Playground
from tests.playground.page.chromium import Browser, reading


@pytest.mark.usefixtures("ann", "slow")
async def test_a_phone_shows_one_pane_at_a_time_and_it_can_be_dark(
    browser: Browser,
    playground: Playground,
) -> None:
    phone = {"viewport": {"width": 390, "height": 780}, "color_scheme": "dark", "has_touch": True}
    async with reading(browser, playground.url, **phone) as reader:
        await reader.page.locator("#chats button").first.tap()
        await reader.page.locator("#chats").wait_for(state="hidden")
        await reader.send("/keys")
        await reader.key("Tea").tap()
        await reader.send("/count")
        await reader.key("+1").tap()
        await reader.see("Value: 1")
        await reader.shoot("phone-dark")
        wide = "document.documentElement.scrollWidth > innerWidth"
        assert not await reader.page.evaluate(wide)
        assert await reader.page.evaluate("getComputedStyle(document.body).color") == (
            "rgb(230, 238, 235)"
        )
        await reader.page.get_by_role("button", name="Back").tap()
        await reader.page.locator("#chats").wait_for()


@pytest.mark.usefixtures("slow")
async def test_the_keyboard_alone_is_enough(
    browser: Browser,
    playground: Playground,
) -> None:
    async with reading(browser, playground.url) as reader:
        press = reader.page.keyboard.press
        await reader.page.get_by_role("radio", name="Ann").wait_for()
        for key in ("Tab", "Tab", "Tab", "Enter"):  # add a person, persons, the first chat
            await press(key)
        start = reader.button("Start")
        await start.wait_for()
        await start.focus()
        await press("Space")
        await reader.see("Welcome! Again")
        await reader.input.focus()
        await reader.page.keyboard.type("/count\n")
        await reader.see("Value: 0")
        await reader.input.focus()
        while await reader.page.evaluate("document.activeElement.innerText") != "+1":
            await press("Shift+Tab")
        await press("Enter")
        await reader.see("Value: 1")
        await press("Enter")  # the focus has stayed on the button of the edited message
        await reader.see("Value: 2")


async def test_no_other_host_or_page_gets_at_it(playground: Playground) -> None:
    async with ClientSession() as session:
        for path in ("/", "/page/app.js", "/page/style.css"):
            async with session.get(playground.url + path) as response:
                assert response.status == 200
                assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        for path in ("/page/nothing.js", "/page/..%2fstate.py"):
            async with session.get(playground.url + path) as response:
                assert response.status == 404
        for path in ("/page/events", "/page/chats/1/menu?person=1"):
            headers = {"Host": "tea.example"}
            async with session.get(playground.url + path, headers=headers) as response:
                assert response.status == 403
