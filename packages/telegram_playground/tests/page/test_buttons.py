"""Buttons under messages: presses and their answers."""

import asyncio

import pytest

from playground_support.chromium import Reader
from telegram_playground import Group, Person


async def test_a_counter_is_tapped_and_edited_in_place(reader: Reader) -> None:
    await reader.send("/count")
    await reader.key("+1").click()
    await reader.see("Value: 1")
    await reader.key("+1").click()
    await reader.see("Value: 2")
    await reader.key("-1").click()
    await reader.see("Value: 1")
    assert await reader.page.locator("#messages > li").count() == 2
    await reader.shoot("counter")


@pytest.mark.thorough
async def test_a_tap_counts_while_the_message_is_edited(reader: Reader, ann: Person) -> None:
    await reader.send("/count")
    await reader.key("+1").hover()
    await reader.page.mouse.down()
    await ann.press((await ann.messages())[-1], "+1")  # the same person on another device
    await reader.page.locator("body[aria-busy]").wait_for()  # it has got the edit
    async with reader.page.expect_request("**/press"):
        await reader.page.mouse.up()
    await reader.see("Value: 1")


async def test_a_press_turns_a_spinner_until_its_answer(
    reader: Reader, slow: asyncio.Event
) -> None:
    await reader.send("/count")
    await reader.key("Slow").click()
    await reader.page.locator(".key.busy", has_text="Slow").wait_for()
    slow.set()
    await reader.notice.get_by_text("At last").wait_for()
    await reader.page.locator(".key.busy").wait_for(state="detached")


@pytest.mark.thorough
async def test_any_number_of_presses_wait_at_once(reader: Reader, slow: asyncio.Event) -> None:
    await reader.send("/late")
    for number in range(8):
        await reader.key(f"Late {number}").click()
    await reader.key("Now").click()
    await reader.dialog.get_by_text("Mind the tea!").wait_for()
    await reader.page.keyboard.press("Enter")
    assert await reader.page.locator(".key.busy").count() == 8
    slow.set()
    await reader.page.locator(".key.busy").first.wait_for(state="detached")
    assert await reader.notice.get_by_text("At last").count() == 8


@pytest.mark.thorough
async def test_each_person_waits_for_their_own_answer(
    reader: Reader, slow: asyncio.Event, group: Group
) -> None:
    await reader.page.get_by_role("button", name=group.title).click()
    await reader.send("/count@tea_bot")
    await reader.key("Slow").click()
    await reader.page.locator(".key.busy").wait_for()
    await reader.act_as("Boris")
    await reader.page.locator(".key.busy").wait_for(state="detached")
    async with reader.page.expect_request("**/press"):
        await reader.key("Slow").click()
    slow.set()
    await reader.notice.get_by_text("At last", exact=True).wait_for()
    await reader.notice.get_by_text("Ann: At last").wait_for()


async def test_an_alert_is_closed_before_anything_else(reader: Reader) -> None:
    await reader.send("/count")
    await reader.key("Alert").click()
    alert = reader.dialog
    await alert.get_by_text("Mind the tea!").wait_for()
    await reader.shoot("alert")
    await reader.page.keyboard.press("Enter")
    await alert.wait_for(state="detached")


@pytest.mark.thorough
async def test_links_and_copies_ask_no_other_host(reader: Reader) -> None:
    await reader.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await reader.send("/count")
    await reader.key("Copy").click()
    await reader.notice.get_by_text("Copied").wait_for()
    assert await reader.page.evaluate("navigator.clipboard.readText()") == "tea"
    await reader.key("Site").click()
    await reader.dialog.get_by_text("https://example.org/").wait_for()
    await reader.page.get_by_role("button", name="Cancel").click()


@pytest.mark.thorough
async def test_a_disabled_button_can_not_be_pressed(reader: Reader) -> None:
    await reader.send("/kinds")
    await reader.key("Sold out").wait_for()
    assert await reader.key("Sold out").is_disabled()
    await reader.shoot("buttons")
