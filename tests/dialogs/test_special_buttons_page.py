"""The special buttons on the playground's page, in a real browser."""

from collections.abc import AsyncIterator

import pytest

from playground_support.chromium import Browser, Reader, reading
from telegram_playground import Person, Playground
from tests.support.tally import Tally

pytestmark = pytest.mark.thorough


@pytest.fixture
async def ann(own_playground: Playground, own_tally: Tally) -> Person:
    """Give a person who has started a bot."""
    await own_tally.start()
    person = await own_playground.person("Ann", language_code="en")
    await person.send("/start")
    await person.receive()
    return person


@pytest.fixture
async def reader(
    browser: Browser,
    own_playground: Playground,
    ann: Person,  # noqa: ARG001 - the page plays her
) -> AsyncIterator[Reader]:
    """Give a browser that plays Ann, with her chat with the bot open."""
    async with reading(browser, own_playground.url) as own:
        await own.page.locator("#chats button").first.click()
        yield own


async def test_the_pickers_answer_what_the_buttons_ask(
    reader: Reader, own_playground: Playground, ann: Person
) -> None:
    boris = await own_playground.person("Boris", username="boris")
    group = await own_playground.group("Friends", creator=ann)
    dialog = reader.page.get_by_role("dialog")
    await reader.key("Special buttons").click()

    await reader.key("Contact").click()
    await dialog.get_by_role("button", name="Share").click()
    await reader.page.locator("#messages .text", has_text="Your own number: +888").wait_for()
    await reader.key("Contact").click()
    await dialog.get_by_text("Boris").click()
    await dialog.get_by_role("button", name="Share").click()
    await reader.see("That is somebody else's number. The button sends your own.")

    await reader.key("Location").click()
    await dialog.get_by_label("Latitude").fill("0")
    await dialog.get_by_label("Longitude").fill("0")
    await reader.page.keyboard.press("Enter")
    await reader.see("You are at 0.00000, 0.00000.")

    await reader.key("People").click()
    await dialog.get_by_text("Boris").click()
    await dialog.get_by_role("button", name="Share").click()
    await reader.page.locator("#messages .text", has_text=f"@boris · {boris.id}").wait_for()

    await reader.key("A group of mine").click()
    await dialog.get_by_text("Friends").click()
    await reader.see(f"You have shared a chat that I am in: Friends · {group.id}")
    await reader.shoot("special-buttons")

    await reader.key("Back").click()
    await reader.key("Counter ±1").wait_for()
    assert await reader.page.locator(".reply-keys").count() == 0


async def test_a_keyboard_is_seen_switched_and_gone(reader: Reader) -> None:
    await reader.send("/cutlets")
    await reader.key("With mashed potatoes").wait_for()
    assert await reader.page.get_by_placeholder("Choose a serving method").count() == 1
    await reader.key("Low buttons").click()
    await reader.page.locator(".reply-keys.tall").wait_for()
    await reader.key("Hint").click()
    await reader.page.get_by_placeholder("Choose a serving method").wait_for(state="detached")
    await reader.shoot("cutlets")
    await reader.send("with mashed potatoes")
    await reader.see("Excellent choice!")
    assert await reader.page.locator(".reply-keys").count() == 0
