"""The list of chats, the person who is played, and changes from elsewhere."""

import pytest

from playground_support.bot_side import BotSide
from playground_support.chromium import Browser, Reader, reading
from playground_support.uploads import upload
from telegram_playground import Group, Person, Playground


@pytest.mark.usefixtures("slow")
@pytest.mark.thorough
async def test_an_empty_playground_gets_sample_persons_and_groups(
    browser: Browser,
    playground: Playground,
) -> None:
    async with reading(browser, playground.url) as reader:
        await reader.page.get_by_role("radio", name="Борис").wait_for()
        assert await reader.page.locator("#persons button").count() == 3
        assert await reader.page.locator("#chats > li").count() == 3
        await reader.page.get_by_role("button", name="tea_bot").click()
        await reader.button("Start").click()
        await reader.see("Welcome! Again")


async def test_a_second_person_taps_in_the_group(
    reader: Reader, playground: Playground, ann: Person
) -> None:
    boris = await playground.person("Boris", username="boris")
    await playground.group("Friends", creator=ann, members=[boris], bot="administrator")
    await reader.page.get_by_role("button", name="Friends").click()
    await reader.send("/count")
    await reader.key("+1").click()
    await reader.see("Value: 1")
    await reader.act_as("Boris")
    await reader.key("+1").click()
    await reader.see("Value: 2")
    await reader.page.locator(".author").get_by_text("Ann").wait_for()
    await reader.shoot("group")


@pytest.mark.thorough
async def test_topics_of_a_forum_are_chats_of_their_own(
    reader: Reader, playground: Playground, ann: Person
) -> None:
    forum = await playground.group("House", creator=ann, is_forum=True, bot="administrator")
    await forum.topic("Kitchen")
    await reader.button("Kitchen").click()
    await reader.send("/count")
    await reader.see("Value: 0")
    await reader.button("General").click()
    await reader.message("Value: 0").wait_for(state="detached")


@pytest.mark.thorough
async def test_changes_from_elsewhere_show_by_themselves(
    reader: Reader, ann: Person, group: Group
) -> None:
    await reader.page.get_by_role("button", name="Friends").wait_for()
    sent = await ann.send("tea", chat=group)
    await reader.page.locator(".unread").wait_for()
    await reader.page.get_by_role("button", name="Friends").click()
    await reader.see("tea")
    await ann.delete(sent)
    await reader.message("tea").wait_for(state="detached")


@pytest.mark.thorough
async def test_the_bot_is_blocked_and_unblocked(reader: Reader, ann: Person) -> None:
    await reader.send("/start")
    await reader.see("Welcome! Again")
    await reader.button("Block").click()
    await reader.page.locator("#single").get_by_text("Unblock").click()
    await reader.send("tea")
    await reader.see("Heard: tea")
    assert (await ann.messages())[-2].text == "tea"


async def test_the_page_comes_back_after_a_restart(reader: Reader, playground: Playground) -> None:
    await reader.send("/count")
    await reader.see("Value: 0")
    await playground.server.stop()
    connecting = reader.page.locator("#subtitle", has_text="Connecting…")
    await connecting.wait_for()
    await playground.server.start()
    await connecting.wait_for(state="detached")
    await reader.key("+1").click()
    await reader.see("Value: 1")


@pytest.mark.thorough
async def test_a_long_chat_opens_at_its_end_and_is_read_back_page_by_page(
    browser: Browser,
    playground: Playground,
    bot: BotSide,
    ann: Person,
) -> None:
    sent = await upload(bot, "sendDocument", {"document": b"tea"}, chat_id=ann.id)
    file_id = sent["result"]["document"]["file_id"]
    for first in range(0, 2_000, 10):  # albums: ten messages a call
        media = [
            {"type": "document", "media": file_id, "caption": f"Message {first + place}"}
            for place in range(10)
        ]
        await bot("sendMediaGroup", chat_id=ann.id, media=media)
    async with reading(browser, playground.url) as reader:
        chat = reader.page.locator("#chats button").first
        await chat.wait_for()
        await chat.click()
        await reader.see("Message 1999")
        assert await reader.page.locator("#messages > li").count() == 100
        await reader.page.locator("#messages > li").first.scroll_into_view_if_needed()
        await reader.see("Message 1800")
