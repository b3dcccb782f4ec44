"""Inline mode, and the buttons that lead to it."""

from playground import Group, Playground
from tests.playground.page.chromium import Reader


async def test_inline_results_are_offered_and_sent(
    reader: Reader, playground: Playground, group: Group
) -> None:
    await playground.request("PATCH", "bot", {"inline": True})
    await reader.page.get_by_role("button", name=group.title).click()
    await reader.input.fill("@tea_bot green tea")
    await reader.page.get_by_role("option", name="Cup").wait_for()
    await reader.shoot("inline-mode")
    await reader.page.keyboard.press("Enter")
    await reader.see("A cup of green tea")
