"""The page on a phone, in dark mode and by keyboard; requests from elsewhere are refused."""

import pytest
from aiohttp import ClientSession

from playground_support.chromium import Browser, Reader, reading
from telegram_playground import Group, Playground

CUT_OFF = """
[...document.querySelectorAll("body *")]
  .filter((part) => part.checkVisibility({opacityProperty: true}) && !part.closest("#persons"))
  .filter((part) => part.getBoundingClientRect().right > innerWidth + 1)
  .map((part) => part.outerHTML)
"""
"""Finds elements beyond the right edge, except for persons, whose list scrolls."""

FOCUSED = "document.activeElement.ariaLabel ?? document.activeElement.innerText"

LONG = "https://example.org/" + "tea" * 100
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


async def assert_nothing_is_cut_off(reader: Reader) -> None:
    """Make sure that everything fits into the width of the screen."""
    assert await reader.page.evaluate(CUT_OFF) == []
    assert await reader.page.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize(
    ("scheme", "color"), [("light", "rgb(23, 33, 30)"), ("dark", "rgb(230, 238, 235)")]
)
@pytest.mark.thorough
async def test_a_phone_shows_one_pane_at_a_time_with_nothing_cut_off(
    browser: Browser, playground: Playground, group: Group, scheme: str, color: str
) -> None:
    async with reading(browser, playground.url, color_scheme=scheme, **PHONE) as reader:
        assert await reader.page.evaluate("getComputedStyle(document.body).color") == color
        await reader.page.locator("#chats button").first.tap()
        await reader.page.locator("#chats").wait_for(state="hidden")
        for command in ("/format", "/files", "/things", "/quiz", "/card", "/kinds", "/count"):
            await reader.send(command)
        await reader.key("+1").tap()
        await reader.see("Value: 1")
        await assert_nothing_is_cut_off(reader)
        await reader.send("/keys")
        await reader.key("Tea").wait_for()
        await reader.shoot(f"phone-{scheme}")
        await reader.send(LONG)
        await reader.see(f"Heard: {LONG}")
        await assert_nothing_is_cut_off(reader)
        await reader.button("Back to the chats").tap()
        await reader.page.get_by_role("button", name=group.title).tap()
        await reader.send(f"/count@tea_bot {LONG}")
        await reader.see("Value: 0")
        await reader.button("Members").tap()
        await assert_nothing_is_cut_off(reader)
        await reader.shoot(f"phone-{scheme}-members")


@pytest.mark.usefixtures("ann", "slow")
@pytest.mark.thorough
async def test_on_a_phone_a_message_is_touched_before_it_can_be_deleted(
    browser: Browser, playground: Playground
) -> None:
    async with reading(browser, playground.url, **PHONE) as reader:
        await reader.page.locator("#chats button").first.tap()
        await reader.send("one")
        await reader.see("Heard: one")
        item = reader.page.locator("#messages > li").first
        delete = item.get_by_label("Delete")
        box = await delete.bounding_box()
        asked: list[str] = []
        reader.page.on("request", lambda request: asked.append(request.method))
        await reader.page.touchscreen.tap(box["x"] + 5, box["y"] + 5)
        await item.locator(".text").tap()
        assert "DELETE" not in asked
        await delete.tap()
        await reader.message("one").wait_for(state="detached")


@pytest.mark.usefixtures("slow")
async def test_the_keyboard_alone_is_enough(browser: Browser, playground: Playground) -> None:
    async with reading(browser, playground.url) as reader:
        press = reader.page.keyboard.press

        async def walk(key: str, label: str) -> None:
            seen = []
            while label not in seen:
                await press(key)
                seen.append(await reader.page.evaluate(FOCUSED))
                assert len(seen) < 30, seen

        await reader.page.get_by_role("radio", name="Ann").wait_for()
        for key in ("Tab", "Tab", "Tab", "Enter"):  # add a person, persons, the first chat
            await press(key)
        await press("Enter")  # Start
        await reader.see("Welcome! Again")
        await reader.page.keyboard.type("/count\n")
        await reader.see("Value: 0")
        await walk("Shift+Tab", "+1")
        await press("Enter")
        await reader.see("Value: 1")
        await press("Enter")  # the focus stays on the button of the edited message
        await reader.see("Value: 2")
        await walk("Tab", "Alert")
        await press("Enter")
        await reader.dialog.wait_for()
        await press("Enter")
        await reader.dialog.wait_for(state="detached")
        await walk("Shift+Tab", "-1")
        await press("Shift+Tab")  # the message, which now shows its actions
        await walk("Tab", "Reply")
        await press("Enter")
        await reader.page.keyboard.type("thank you\n")
        await reader.see("Hello, thank you")
        await walk("Shift+Tab", "+1")
        await press("Enter")
        await reader.see("Value: 3")
        await reader.page.keyboard.type("tea\n")  # typing anywhere goes into the input
        await reader.see("Heard: tea")


@pytest.mark.thorough
async def test_the_page_has_a_policy_and_other_names_are_refused(playground: Playground) -> None:
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
