"""The pickers of special reply buttons."""

from playground import Person, Playground
from tests.playground.page.chromium import Reader


async def test_special_buttons_open_pickers(
    reader: Reader, playground: Playground, ann: Person
) -> None:
    await playground.person("Boris")
    await reader.send("/keys")
    dialog = reader.dialog
    await reader.key("My contact").click()
    await dialog.get_by_text("Boris").click()
    await reader.shoot("contact-picker")
    await dialog.get_by_role("button", name="Share").click()
    await reader.page.locator(".card", has_text="Boris").wait_for()
    await reader.key("My place").click()
    await dialog.get_by_label("Latitude").fill("1.5")
    await reader.page.keyboard.press("Enter")
    await reader.page.locator(".card", has_text="1.50000").wait_for()
    await reader.key("Friends").click()
    await dialog.get_by_text("Boris").click()
    await dialog.get_by_role("button", name="Share").click()
    await dialog.wait_for(state="detached")
    await reader.page.get_by_role("button", name="Share something").click()
    await dialog.get_by_role("button", name="Poll").click()
    await dialog.get_by_label("Question").fill("Tea?")
    await dialog.get_by_label("Options").fill("Yes\nNo")
    await dialog.get_by_role("button", name="Send").click()
    await reader.page.locator(".poll", has_text="Tea?").wait_for()
    kinds = {message.content_type for message in await ann.messages()}
    assert {"contact", "location", "users_shared", "poll"} <= kinds
