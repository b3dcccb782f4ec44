"""Texts and captions: how long they are, and what is kept of them (Bot API, sendMessage)."""

from playground_support.bot_side import BotSide
from playground_support.entities import entities, entity
from playground_support.uploads import png, upload
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


async def test_a_caption_may_show_nothing(bot: BotSide, ann: Person) -> None:
    message = {"chat_id": ann.id, "parse_mode": "HTML"}
    for caption in (" \n", "<b> </b>", "<b></b>"):
        answer = await upload(bot, "sendPhoto", {"photo": png(9, 9)}, caption=caption, **message)
        assert not answer["result"].keys() & {"caption", "caption_entities"}
    answer = await upload(bot, "sendPhoto", {"photo": png(9, 9)}, caption="\u200b", **message)
    assert answer["result"]["caption"] == "\u200b"


async def test_a_caption_has_entities_as_a_text_has(bot: BotSide, ann: Person) -> None:
    answer = await upload(
        bot,
        "sendPhoto",
        {"photo": png(9, 9)},
        chat_id=ann.id,
        caption="<b>see t.me</b>\r",
        parse_mode="HTML",
    )
    assert answer["result"]["caption"] == "see t.me"
    assert answer["result"]["caption_entities"] == [
        entity(0, 4, "bold"),
        entity(4, 4, "url"),
        entity(4, 4, "bold"),
    ]


async def test_an_edited_text_is_read_like_a_sent_one(bot: BotSide, ann: Person) -> None:
    sent = await bot("sendMessage", chat_id=ann.id, text="tea")
    edit = {"chat_id": ann.id, "message_id": sent["message_id"]}
    given = [entity(0, 3, "bold"), entity(3, 2, "bold")]
    edited = await bot("editMessageText", **edit, text="a\r\nb c", entities=given)
    assert (edited["text"], edited["entities"]) == ("a\nb c", [entity(0, 4, "bold")])
    same = await bot.refused("editMessageText", **edit, text="<b>a\nb </b>c", parse_mode="HTML")
    assert same.startswith("Bad Request: message is not modified")


async def test_nothing_is_found_in_code_and_links(bot: BotSide, ann: Person) -> None:
    source = '<code>/a</code> <a href="https://tea.example/">@boris</a>'
    _, shown = await entities(bot, ann, source, parse_mode="HTML")
    assert [item["type"] for item in shown] == ["code", "text_link"]
