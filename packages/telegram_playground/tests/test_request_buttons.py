"""Request buttons for new polls and bots."""

import pytest

from playground_support.bot_side import BotSide, Json
from telegram_playground import Person, PlaygroundError


async def give_button(bot: BotSide, person: Person, **request: Json) -> None:
    """Send a person a reply keyboard with one button, `Make`."""
    markup = {"keyboard": [[{"text": "Make", **request}]]}
    await bot("sendMessage", chat_id=person.id, text="make", reply_markup=markup)


async def test_a_button_may_ask_for_any_poll(bot: BotSide, ann: Person) -> None:
    await give_button(bot, ann, request_poll={})
    sent = await ann.tap("Make", poll={"question": "Tea?", "options": ["a", "b"]})
    assert sent.poll
    with pytest.raises(PlaygroundError, match="requests something"):
        await ann.tap("Make")


async def test_a_managed_bot_is_created(bot: BotSide, ann: Person) -> None:
    await give_button(bot, ann, request_managed_bot={"request_id": 1})
    sent = await ann.tap("Make", name="Shop", username="shop_bot")
    made = sent.managed_bot_created
    assert made
    told, shown = await bot.updates()
    assert told["managed_bot"]["user"]["id"] == ann.id
    assert told["managed_bot"]["bot"]["id"] == made.bot.id
    assert shown["message"]["managed_bot_created"]["bot"]["username"] == "shop_bot"


@pytest.mark.parametrize(("username", "refusal"), [("shop", "must match"), ("Tea_Bot", "is taken")])
async def test_a_bot_has_a_free_username_that_ends_in_bot(
    bot: BotSide, ann: Person, username: str, refusal: str
) -> None:
    await give_button(bot, ann, request_managed_bot={"request_id": 1})
    with pytest.raises(PlaygroundError, match=refusal):
        await ann.tap("Make", name="Shop", username=username)
