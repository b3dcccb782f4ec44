"""Inline mode, and the buttons and links that lead to other chats."""

import pytest

from playground_support.chromium import Reader
from telegram_playground import Group, Playground


@pytest.fixture
async def anywhere(playground: Playground, group: Group, reader: Reader) -> Reader:
    """Switch inline mode on; give a reader who has a group besides the chat with the bot."""
    await playground.switch(inline=True)
    await reader.page.get_by_role("button", name=group.title).wait_for()
    return reader


async def choose_first_result(reader: Reader) -> None:
    """Send the bot's result for the text in the input."""
    await reader.page.get_by_role("option", name="Cup").wait_for()
    await reader.page.keyboard.press("Enter")


async def test_inline_results_are_offered_and_sent(anywhere: Reader) -> None:
    await anywhere.page.get_by_role("button", name="Friends").click()
    await anywhere.input.fill("@tea_bot green tea")
    await anywhere.page.get_by_role("option", name="Cup").wait_for()
    await anywhere.shoot("inline-mode")
    await anywhere.page.keyboard.press("Enter")
    await anywhere.see("A cup of green tea")


@pytest.mark.thorough
async def test_a_query_takes_the_place_of_the_one_before(anywhere: Reader) -> None:
    for number in range(8):
        async with anywhere.page.expect_request("**/inline/query"):
            await anywhere.input.fill(f"@tea_bot slow {number}")
    await anywhere.input.fill("@tea_bot quick")
    await choose_first_result(anywhere)
    await anywhere.see("A cup of quick")


@pytest.mark.thorough
async def test_a_button_begins_a_query_in_the_same_chat(anywhere: Reader) -> None:
    await anywhere.send("/kinds")
    await anywhere.key("Same chat").click()
    assert await anywhere.input.input_value() == "@tea_bot green"
    await choose_first_result(anywhere)
    await anywhere.see("A cup of green")


@pytest.mark.thorough
async def test_a_button_begins_a_query_in_any_chat(anywhere: Reader) -> None:
    await anywhere.send("/kinds")
    await anywhere.key("Any chat").click()
    assert await anywhere.dialog.locator(".choice").all_inner_texts() == ["tea_bot", "Friends"]
    await anywhere.dialog.get_by_role("button", name="Friends").click()
    await anywhere.page.locator("#title", has_text="Friends").wait_for()
    assert await anywhere.input.input_value() == "@tea_bot black"
    await choose_first_result(anywhere)
    await anywhere.see("A cup of black")


@pytest.mark.thorough
async def test_a_button_begins_a_query_in_a_chat_of_its_choice(
    anywhere: Reader, group: Group
) -> None:
    await anywhere.send("/kinds")
    await anywhere.key("In a group").click()
    assert await anywhere.dialog.locator(".choice").all_inner_texts() == ["Friends"]
    await anywhere.dialog.get_by_role("button", name="Friends").click()
    await choose_first_result(anywhere)
    await anywhere.see("A cup of milk")
    assert (await group.messages())[-1].text == "A cup of milk"


@pytest.mark.thorough
async def test_a_link_adds_the_bot_to_a_group_with_its_payload(
    anywhere: Reader, playground: Playground, group: Group
) -> None:
    await group.set_role(playground.bot, "left")
    await anywhere.send("/group")
    await anywhere.page.locator("#messages .link", has_text="startgroup").click()
    await anywhere.dialog.get_by_role("button", name="Friends").click()
    await anywhere.note("tea_bot joined").wait_for()
    await anywhere.see("Welcome with tea-2! Again")
