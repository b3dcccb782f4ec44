"""Reply keyboards, and forced replies."""

import pytest

from playground_support.chromium import Reader
from telegram_playground import Group


async def test_a_reply_keyboard_is_shown_used_and_removed(reader: Reader) -> None:
    await reader.send("/keys")
    await reader.key("Coffee").click()
    await reader.see("Heard: Coffee")
    assert await reader.page.get_by_placeholder("Tea or coffee?").count() == 1
    await reader.shoot("reply-keyboard")
    for expected in (0, 1):  # folded away, then shown again
        await reader.page.get_by_role("button", name="Reply keyboard").click()
        assert await reader.page.locator(".reply-keys").count() == expected
    await reader.key("Enough").click()
    await reader.see("No keys")
    assert await reader.page.locator(".reply-keys").count() == 0


@pytest.mark.thorough
async def test_a_one_time_keyboard_folds_away_after_its_use(reader: Reader) -> None:
    await reader.send("/once")
    await reader.key("Tea").click()
    await reader.see("Heard: Tea")
    assert await reader.page.locator(".reply-keys").count() == 0


@pytest.mark.thorough
async def test_a_forced_reply_quotes_its_message(reader: Reader) -> None:
    await reader.send("/ask")
    await reader.page.locator("#quoted").get_by_text("What is your name?").wait_for()
    await reader.send("Ann")
    await reader.see("Hello, Ann")
    await reader.page.locator(".quote").get_by_text("Ann").last.wait_for()


@pytest.mark.thorough
async def test_a_persistent_keyboard_can_not_be_folded_away(reader: Reader) -> None:
    await reader.send("/stay")
    await reader.key("Tea").click()
    await reader.see("Heard: Tea")
    assert await reader.page.locator(".reply-keys").count() == 1
    assert await reader.button("Reply keyboard").is_hidden()


@pytest.mark.thorough
async def test_a_selective_keyboard_is_shown_to_the_person_it_replies_to(
    reader: Reader, group: Group
) -> None:
    await reader.page.get_by_role("button", name=group.title).click()
    await reader.send("/mine@tea_bot")
    await reader.see("You alone")
    await reader.key("Tea").wait_for()
    await reader.act_as("Boris")
    await reader.page.locator(".reply-keys").wait_for(state="detached")
    await reader.see("You alone")
    await reader.act_as("Ann")
    await reader.key("Tea").click()
    await reader.see("Hello, Tea")
