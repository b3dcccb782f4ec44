"""Which messages of a group the bot gets (Bot features, Privacy mode)."""

import pytest

from playground_support.bot_side import BotSide, heard
from telegram_playground import Group, Person, Playground


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("tea", 0),
        ("/tea", 1),
        ("/tea@tea_bot", 1),
        ("/tea@Tea_Bot please", 1),
        ("/tea@other_bot", 0),
        ("some /tea", 0),
        ("@tea_bot tea", 1),
        ("tea, @TEA_bot", 1),
        ("@other_bot tea", 0),
    ],
)
async def test_in_privacy_mode_the_bot_gets_what_is_meant_for_it(
    bot: BotSide, boris: Person, group: Group, text: str, times: int
) -> None:
    await boris.send(text, chat=group)
    assert await heard(bot) == [text] * times


async def test_replies_to_the_bot_are_meant_for_it(
    bot: BotSide, boris: Person, group: Group
) -> None:
    await bot("sendMessage", chat_id=group.id, text="tea?")
    asked = await boris.receive(group)
    said = await boris.send("just talking", chat=group)
    await boris.send("yes", chat=group, reply_to=asked)
    await boris.send("no", chat=group, reply_to=said)
    assert await heard(bot) == ["yes"]
    (update,) = [update for update in await bot.updates(offset=1) if "message" in update]
    assert update["message"]["reply_to_message"]["text"] == "tea?"


async def test_a_bot_that_is_an_administrator_gets_everything(
    playground: Playground, bot: BotSide, boris: Person, group: Group
) -> None:
    await group.set_role(playground.bot, "administrator")
    await boris.send("tea", chat=group)
    assert await heard(bot) == ["tea"]


async def test_without_privacy_mode_the_bot_gets_everything() -> None:
    async with Playground(privacy=False) as playground:
        boris = await playground.person("Boris")
        group = await playground.group("Friends", members=[boris])
        await boris.send("tea", chat=group)
        assert await playground.pending() == 2
