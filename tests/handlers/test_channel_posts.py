"""Channel posts in the discussion group of the channel, where Telegram itself is the sender."""

import pytest

from telegram_playground import Group, Message, Person, Playground
from tests.dialogs.test_groups import FOREIGN, NOT_YOURS
from tests.dialogs.test_menu import GROUP_MENU
from tests.support.groups import ending, make_group
from tests.support.keyboards import receive_at_last
from tests.support.tally import Tally

CHANNEL = {"id": -1001999999999, "type": "channel", "title": "News"}
TELEGRAM = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
CHANNEL_BOT = {
    "id": 136817688,
    "is_bot": True,
    "first_name": "Channel",
    "username": "Channel_Bot",
}
POST: dict[str, object] = {
    "from": TELEGRAM,
    "sender_chat": CHANNEL,
    "is_automatic_forward": True,
    "forward_origin": {"type": "channel", "date": 1_760_000_000, "chat": CHANNEL, "message_id": 7},
}
"""Fields of a channel post in the group."""
SAYING: dict[str, object] = {"from": CHANNEL_BOT, "sender_chat": CHANNEL}
"""Fields of a message in the group that a person sends in the name of the channel."""
WAYS: dict[str, dict[str, object]] = {"post": POST, "saying": SAYING}


@pytest.fixture
async def group(playground: Playground, ann: Person, boris: Person, clara: Person) -> Group:
    """Give the discussion group of a channel, of which Clara is an admin."""
    return await make_group(playground, [ann, boris], [clara])


async def post(
    playground: Playground, group: Group, text: str, by: Person, way: dict[str, object]
) -> None:
    """Send a text to the group in the name of the channel."""
    await playground.trouble("alter", method="message", times=1, patch={"message": way})
    await by.send(text, chat=group)


@pytest.mark.parametrize("way", WAYS)
async def test_any_admin_may_use_a_menu_opened_in_the_channels_name(
    playground: Playground, ann: Person, clara: Person, group: Group, way: str
) -> None:
    await post(playground, group, "/start", clara, WAYS[way])
    menu = await receive_at_last(ann, "", group)
    assert menu.labels == GROUP_MENU
    assert await ann.press(menu, "Help") == FOREIGN
    await clara.press(menu, "Help")
    shown = await ann.until(menu, lambda message: message.labels == [["Back"]])
    await clara.press(shown, "Back")
    await ann.until(menu, lambda message: message.labels == GROUP_MENU)


@pytest.mark.parametrize("way", WAYS)
async def test_everybody_taps_the_channels_counter_and_any_admin_closes_it(
    playground: Playground, ann: Person, clara: Person, group: Group, way: str
) -> None:
    await post(playground, group, "/numbers tea", clara, WAYS[way])
    counter: Message = await receive_at_last(ann, "tea", group)
    await ann.press(counter, "+1")
    await ann.until(counter, ending("Specify the number: 1"))
    assert await ann.press(counter, "Confirm") == NOT_YOURS
    await clara.press(counter, "Confirm")
    await ann.until(counter, ending("Total: 1"))


async def test_a_personal_counter_of_the_channel_is_for_admins(
    playground: Playground, ann: Person, clara: Person, group: Group
) -> None:
    await post(playground, group, "/numbers_own", clara, POST)
    counter = await receive_at_last(ann, "Friends alone taps", group)
    assert await ann.press(counter, "+1") == NOT_YOURS
    await clara.press(counter, "+1")
    await ann.until(counter, ending("Specify the number: 1"))


async def test_a_channel_has_no_settings(
    playground: Playground, ann: Person, clara: Person, group: Group, tally: Tally
) -> None:
    await post(playground, group, "/settings", clara, POST)
    refused = await receive_at_last(ann, "Settings are personal", group)
    assert refused.labels == []
    # Telegram is not a person, so its name is not saved.
    assert not tally.known(777000)
