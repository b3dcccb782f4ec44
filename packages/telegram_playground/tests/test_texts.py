"""Texts: trimming, length, entities that are found (MessageEntity.cpp in tdlib)."""

import pytest

from playground_support.bot_side import BotSide, Json
from playground_support.entities import entities, entity
from telegram_playground import Person


async def test_a_text_is_trimmed_and_its_entities_move_along(bot: BotSide, ann: Person) -> None:
    source = "\n  a <b>b </b>  \n"
    assert await entities(bot, ann, source, parse_mode="HTML") == ("a b", [entity(2, 1, "bold")])


async def test_a_text_has_1_to_4096_characters_without_its_markup(
    bot: BotSide, ann: Person
) -> None:
    await entities(bot, ann, f"<b>{'é' * 4096}</b>", parse_mode="HTML")
    message = {"chat_id": ann.id}
    too_long = await bot.refused("sendMessage", **message, text="a" * 4097)
    assert too_long == "Bad Request: message is too long"
    assert (
        await bot.refused("sendMessage", **message, text="") == "Bad Request: message text is empty"
    )
    blank = await bot.refused("sendMessage", **message, text="<b> </b>", parse_mode="HTML")
    assert blank == "Bad Request: text must be non-empty"
    huge = await bot.refused("sendMessage", **message, text="a" * 40_000)
    assert huge == "Bad Request: text is too long"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/start", [entity(0, 6, "bot_command")]),
        ("/start@tea_bot now", [entity(0, 14, "bot_command")]),
        ("😀 /a1_b, /b", [entity(3, 5, "bot_command"), entity(10, 2, "bot_command")]),
        ("a/b //c </d> /e/", []),
        ("hi @boris and @ab!", [entity(3, 6, "mention"), entity(14, 3, "mention")]),
        ("a@b", []),
        ("see https://tea.example/a?b=c.", [entity(4, 25, "url")]),
        ("tea.com", [entity(0, 7, "url")]),
        ("write ann@tea.example", [entity(6, 15, "email")]),
        ("#tea $TEA", [entity(0, 4, "hashtag"), entity(5, 4, "cashtag")]),
    ],
)
async def test_commands_mentions_and_links_are_found(
    bot: BotSide, ann: Person, text: str, expected: list[Json]
) -> None:
    assert (await entities(bot, ann, text))[1] == expected
    message = await ann.send(text)
    found = [item.model_dump(exclude_none=True) for item in message.entities or []]
    assert found == expected


async def test_nothing_is_found_in_code_and_links(bot: BotSide, ann: Person) -> None:
    source = '<code>/a</code> <a href="https://tea.example/">@boris</a>'
    _, shown = await entities(bot, ann, source, parse_mode="HTML")
    assert [item["type"] for item in shown] == ["code", "text_link"]
