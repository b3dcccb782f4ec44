"""The pickers of request buttons, and sharing without a button."""

import pytest

from playground_support.chromium import Reader
from telegram_playground import Person, Playground


async def test_contacts_places_and_persons_are_picked(
    reader: Reader, playground: Playground, ann: Person
) -> None:
    await playground.person("Boris")
    await reader.send("/keys")
    await reader.key("My contact").click()
    await reader.dialog.get_by_text("Boris").click()
    await reader.shoot("contact-picker")
    await reader.dialog.get_by_role("button", name="Share").click()
    await reader.page.locator(".card", has_text="Boris").wait_for()
    await reader.key("My place").click()
    await reader.dialog.get_by_label("Latitude").fill("1.5")
    await reader.page.keyboard.press("Enter")
    await reader.page.locator(".card", has_text="1.50000").wait_for()
    await reader.key("Friends").click()
    await reader.dialog.get_by_text("Boris").click()
    await reader.dialog.get_by_role("button", name="Share").click()
    await reader.note("Shared people").wait_for()
    kinds = [message.content_type for message in await ann.messages()]
    assert kinds[2:] == ["contact", "location", "users_shared"]


@pytest.mark.thorough
async def test_only_chats_that_fit_can_be_picked(
    reader: Reader, playground: Playground, ann: Person
) -> None:
    await playground.group("Friends", creator=ann)
    await playground.group("House", creator=ann, is_forum=True)
    await reader.send("/pick")
    await reader.key("Group").click()
    assert await reader.dialog.locator(".choice").all_inner_texts() == ["Friends"]
    await reader.dialog.get_by_role("button", name="Friends").click()
    await reader.see("Got Friends")
    await reader.key("Channel").click()
    await reader.dialog.get_by_text("None of your chats fits.").wait_for()
    await reader.button("Cancel").click()


@pytest.mark.thorough
async def test_a_poll_or_only_a_quiz_is_made(reader: Reader) -> None:
    await reader.send("/pick")
    await reader.key("Any poll").click()
    await reader.dialog.get_by_label("Question").fill("Tea?")
    await reader.dialog.get_by_label("Options").fill("Yes\nNo")
    await reader.dialog.get_by_label("Several answers").check()
    await reader.shoot("poll-picker")
    await reader.dialog.get_by_role("button", name="Send").click()
    await reader.see("Got a regular poll")
    await reader.page.locator(".poll", has_text="Tea?").get_by_label("Yes").wait_for()
    await reader.key("A quiz").click()
    await reader.dialog.get_by_label("Question").fill("What is green?")
    await reader.dialog.get_by_label("Options").fill("Milk\nTea")
    assert await reader.dialog.get_by_label("A quiz").is_hidden()
    await reader.dialog.get_by_label("Number of the right answer").fill("2")
    await reader.page.keyboard.press("Enter")
    await reader.see("Got a quiz poll")
    quiz = reader.page.locator(".poll", has_text="What is green?")
    await quiz.get_by_role("button", name="Tea").click()
    await quiz.get_by_text("Right!").wait_for()


@pytest.mark.thorough
async def test_a_managed_bot_is_created(reader: Reader) -> None:
    await reader.send("/pick")
    await reader.key("A bot").click()
    username = reader.dialog.get_by_label("Username")
    assert await username.input_value() == "tea_shop_bot"
    await username.fill("tea_shop")
    await reader.button("Create").click()
    assert not await username.evaluate("field => field.checkValidity()")
    await username.fill("tea_bot")
    await reader.button("Create").click()
    await reader.notice.get_by_text("the username tea_bot is taken").wait_for()
    assert "409" in reader.problems.pop()  # the browser logs the refusal
    await reader.key("A bot").click()
    await reader.shoot("bot-picker")
    await reader.button("Create").click()
    await reader.note("Created the bot @tea_shop_bot").wait_for()
    await reader.see("I manage Tea shop")
    await reader.see("Got @tea_shop_bot")


@pytest.mark.thorough
async def test_a_poll_is_attached_without_a_button(reader: Reader) -> None:
    await reader.send("tea")
    await reader.button("Share something").click()
    await reader.dialog.get_by_role("button", name="Poll").click()
    await reader.dialog.get_by_label("Question").fill("Tea?")
    await reader.dialog.get_by_label("Options").fill("Yes\nNo")
    await reader.dialog.get_by_role("button", name="Send").click()
    await reader.page.locator(".poll", has_text="Tea?").wait_for()
