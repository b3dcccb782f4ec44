"""Groups on the page: created, members changed, left."""

import pytest

from playground_support.chromium import Locator, Reader
from telegram_playground import Group, Person, Playground


def member(reader: Reader, name: str) -> Locator:
    """The row of a user in the members dialog."""
    return reader.dialog.get_by_role("group", name=name, exact=True)


async def act_on(reader: Reader, name: str, action: str) -> None:
    """Press a button of a user in the members dialog."""
    await member(reader, name).get_by_role("button", name=action, exact=True).click()


@pytest.fixture
async def friends(reader: Reader, group: Group) -> Reader:
    """Give a reader who plays Ann and has opened the members of her group."""
    await reader.page.get_by_role("button", name=group.title).click()
    await reader.button("Members").click()
    return reader


@pytest.mark.thorough
async def test_a_member_is_made_an_admin_and_dismissed(friends: Reader) -> None:
    await act_on(friends, "Boris", "Make admin")
    await member(friends, "Boris").get_by_text("administrator").wait_for()
    await friends.shoot("members")
    await act_on(friends, "Boris", "Dismiss")
    await member(friends, "Boris").get_by_role("button", name="Make admin").wait_for()


@pytest.mark.thorough
async def test_the_bot_is_removed_added_and_made_an_admin(friends: Reader) -> None:
    await act_on(friends, "tea_bot", "Remove")
    await friends.note("tea_bot left").wait_for()
    await act_on(friends, "tea_bot", "Add")
    await friends.note("tea_bot joined").wait_for()
    await act_on(friends, "tea_bot", "Make admin")
    await friends.see("I am an administrator")


@pytest.mark.thorough
async def test_a_person_leaves_and_is_added_again(friends: Reader) -> None:
    await friends.button("Close").click()
    await friends.act_as("Boris")
    await friends.button("Members").click()
    assert await friends.dialog.get_by_role("button", name="Remove").count() == 0
    await act_on(friends, "Boris", "Leave")
    await friends.dialog.wait_for(state="detached")
    await friends.page.get_by_text("Choose a chat").wait_for()
    await friends.act_as("Ann")
    await friends.page.get_by_role("button", name="Friends").click()
    await friends.note("Boris left").wait_for()
    await friends.button("Members").click()
    await act_on(friends, "Boris", "Add")
    await friends.note("Boris joined").wait_for()


@pytest.mark.thorough
async def test_the_command_menu_is_offered_only_where_the_bot_is(friends: Reader) -> None:
    await friends.button("Close").click()
    await friends.button("Menu").click()
    await friends.page.get_by_role("option", name="/count").click()
    await friends.see("Value: 0")
    await friends.button("Members").click()
    await act_on(friends, "tea_bot", "Remove")
    await friends.page.locator("#menu").wait_for(state="hidden")


async def test_a_group_is_made_and_becomes_a_supergroup(reader: Reader, boris: Person) -> None:
    await reader.page.get_by_role("radio", name=boris.user.first_name).wait_for()
    await reader.button("Add a person or a group").click()
    await reader.button("A group").click()
    await reader.dialog.get_by_label("Title").fill("Cosy")
    await reader.dialog.get_by_label("Small group").check()
    await reader.shoot("new-group")
    await reader.button("Create").click()
    await reader.page.locator("#title", has_text="Cosy").wait_for()
    await reader.send("/count@tea_bot")
    await reader.see("Value: 0")
    await reader.button("Members").click()
    await member(reader, boris.user.first_name).wait_for()
    await reader.button("Make it a supergroup").click()
    await reader.note("became a supergroup").wait_for()
    assert await reader.page.locator("#chats .chat", has_text="Cosy").count() == 1


@pytest.mark.thorough
async def test_a_topic_is_opened_in_a_forum(
    reader: Reader, playground: Playground, ann: Person
) -> None:
    await playground.group("House", creator=ann, is_forum=True)
    await reader.page.get_by_role("button", name="House").click()
    await reader.button("Members").click()
    await reader.button("New topic").click()
    await reader.dialog.get_by_label("Name").fill("Garden")
    await reader.button("Open").click()
    await reader.button("Close").click()
    await reader.button("Garden").click()
    await reader.send("/count@tea_bot")
    await reader.see("Value: 0")


@pytest.mark.thorough
async def test_a_person_is_added(reader: Reader) -> None:
    await reader.button("Add a person or a group").click()
    await reader.button("A person").click()
    await reader.dialog.get_by_label("First name").fill("Dora")
    await reader.button("Add").click()
    await reader.act_as("Dora")
    await reader.button("Start").click()
    await reader.see("Welcome! Again")
