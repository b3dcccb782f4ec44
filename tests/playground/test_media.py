"""Photos, documents and stickers (Bot API, Sending files; telegram-facts: Limits)."""

import struct
import zlib
from io import BytesIO

import pytest
from aiohttp import FormData

from playground import Person, Playground
from tests.playground.bot_side import BotSide, Json, read


def png(width: int, height: int) -> bytes:
    """Draw a black picture."""

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * (height * (1 + (width + 7) // 8)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


async def upload(bot: BotSide, method: str, files: dict[str, bytes], **params: object) -> Json:
    """Make a call as multipart/form-data."""
    form = FormData()
    for name, value in params.items():
        form.add_field(name, str(value))
    for name, data in files.items():
        form.add_field(name, BytesIO(data), filename=f"{name}.png")
    async with bot.session.post(f"{bot.url}/{method}", data=form) as response:
        return await read(response)


async def test_a_photo_is_sent_shown_and_fetched(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    picture = png(40, 30)
    answer = await upload(
        bot, "sendPhoto", {"photo": picture}, chat_id=ann.id, caption="*tea*", parse_mode="Markdown"
    )
    (size,) = answer["result"]["photo"]
    assert (size["width"], size["height"], size["file_size"]) == (40, 30, len(picture))
    assert answer["result"]["caption"] == "tea"
    assert answer["result"]["caption_entities"] == [{"offset": 0, "length": 3, "type": "bold"}]
    file = await bot("getFile", file_id=size["file_id"])
    url = f"{playground.url}/file/bot{playground.token}/{file['file_path']}"
    async with bot.session.get(url) as response:
        assert await response.read() == picture
    again = await bot("sendPhoto", chat_id=ann.id, photo=size["file_id"])
    assert again["photo"] == [size]
    assert [message.content_type for message in await ann.messages()] == ["photo", "photo"]


async def test_an_attached_file_is_named_by_its_part(bot: BotSide, ann: Person) -> None:
    answer = await upload(bot, "sendDocument", {"a": b"tea"}, chat_id=ann.id, document="attach://a")
    document = answer["result"]["document"]
    assert (document["file_name"], document["mime_type"]) == ("a.png", "image/png")
    refused = await bot.refused("sendDocument", chat_id=ann.id, document="attach://b")
    assert refused == "Bad Request: wrong file identifier/HTTP URL specified"


async def test_a_file_is_fetched_by_the_bot_alone(playground: Playground, bot: BotSide) -> None:
    for token, status in ((playground.token, 404), ("123:no", 401)):
        url = f"{playground.url}/file/bot{token}/photos/x.jpg"
        async with bot.session.get(url) as response:
            assert response.status == status
    assert await bot.refused("getFile", file_id="x") == "Bad Request: invalid file_id"


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"no picture", "IMAGE_PROCESS_FAILED"),
        (png(9000, 1001), "PHOTO_INVALID_DIMENSIONS"),
        (png(210, 10), "PHOTO_INVALID_DIMENSIONS"),
        (png(8, 8) + b"\0" * (10 << 20), "file is too big"),
        (b"", "file must be non-empty"),
    ],
)
async def test_a_bad_photo_is_refused(bot: BotSide, ann: Person, data: bytes, refusal: str) -> None:
    answer = await upload(bot, "sendPhoto", {"photo": data}, chat_id=ann.id)
    assert answer["description"] == f"Bad Request: {refusal}"


async def test_a_file_has_at_most_50_mb(bot: BotSide, ann: Person) -> None:
    answer = await upload(bot, "sendDocument", {"document": bytes(50 << 20)}, chat_id=ann.id)
    assert (
        await bot.refused("getFile", file_id=answer["result"]["document"]["file_id"])
        == "Bad Request: file is too big"
    )
    answer = await upload(bot, "sendDocument", {"document": bytes(1 + (50 << 20))}, chat_id=ann.id)
    assert answer["description"] == "Request Entity Too Large"


async def test_no_other_host_is_asked_for_a_file(bot: BotSide, ann: Person) -> None:
    refused = await bot.refused("sendPhoto", chat_id=ann.id, photo="https://tea.example/a.png")
    assert refused == "Bad Request: failed to get HTTP URL content"


async def test_a_file_is_of_one_kind(bot: BotSide, ann: Person) -> None:
    answer = await upload(bot, "sendSticker", {"sticker": png(512, 512)}, chat_id=ann.id)
    sticker = answer["result"]["sticker"]
    assert sticker["width"] == 512
    refused = await bot.refused("sendPhoto", chat_id=ann.id, photo=sticker["file_id"])
    assert refused == "Bad Request: can't use file of type Sticker as Photo"


async def test_captions_are_edited(bot: BotSide, ann: Person) -> None:
    await upload(bot, "sendPhoto", {"photo": png(9, 9)}, chat_id=ann.id, caption="a")
    edit = {"chat_id": ann.id, "message_id": 1}
    edited = await bot("editMessageCaption", **edit, caption="b")
    assert (edited["caption"], len(edited["photo"])) == ("b", 1)
    assert "caption" not in await bot("editMessageCaption", **edit)
    refused = await bot.refused("editMessageCaption", **edit, caption="a" * 1025)
    assert refused == "Bad Request: message caption is too long"
    refused = await bot.refused("editMessageText", **edit, text="a")
    assert refused == "Bad Request: there is no text in the message to edit"
    await bot.show(ann)
    refused = await bot.refused("editMessageCaption", chat_id=ann.id, message_id=2, caption="a")
    assert refused == "Bad Request: there is no caption in the message to edit"


async def test_a_picture_is_put_in_the_place_of_another(bot: BotSide, ann: Person) -> None:
    await upload(bot, "sendPhoto", {"photo": png(9, 9)}, chat_id=ann.id, caption="a")
    media = '{"type": "photo", "media": "attach://new", "caption": "b"}'
    answer = await upload(
        bot, "editMessageMedia", {"new": png(7, 8)}, chat_id=ann.id, message_id=1, media=media
    )
    shown = answer["result"]
    assert (shown["photo"][0]["width"], shown["caption"]) == (7, "b")
    assert (await ann.messages())[0].edited


async def test_messages_are_forwarded_and_copied(
    playground: Playground, bot: BotSide, ann: Person, boris: Person
) -> None:
    await boris.send("tea")
    source = {"chat_id": ann.id, "from_chat_id": boris.id, "message_id": 1}
    forwarded = await bot("forwardMessage", **source)
    assert forwarded["forward_origin"]["sender_user"]["id"] == boris.id
    assert forwarded["text"] == "tea"
    assert await bot("copyMessage", **source) == {"message_id": 2}
    copy = (await ann.messages())[1]
    assert (copy.text, copy.forward_origin) == ("tea", None)
    source["message_id"] = 9
    refused = await bot.refused("copyMessage", **source)
    assert refused == "Bad Request: message to copy not found"
    assert await playground.refusals()
