"""Photos and all other files (Bot API, Sending files)."""

import json

import pytest

from playground_support.bot_side import BotSide, Json
from playground_support.uploads import png, upload
from telegram_playground import Person, Playground


async def test_a_photo_is_sent_shown_and_fetched(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    picture = png(40, 30)
    answer = await upload(
        bot, "sendPhoto", {"photo": picture}, chat_id=ann.id, caption="*tea*", parse_mode="Markdown"
    )
    (size,) = answer["result"]["photo"]
    assert (size["width"], size["height"], size["file_size"]) == (40, 30, len(picture))
    (call,) = await playground.calls("sendPhoto")
    assert call.params["photo"] == "photo.png"
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


async def test_every_kind_of_file_is_sent(bot: BotSide, ann: Person) -> None:
    sent: dict[str, tuple[str, Json]] = {
        "sendAnimation": ("animation", {"width": 320, "height": 240, "duration": 3}),
        "sendAudio": ("audio", {"duration": 180, "performer": "Ann", "title": "Tea"}),
        "sendVideo": ("video", {"width": 320, "height": 240, "duration": 9}),
        "sendVoice": ("voice", {"duration": 2}),
        "sendVideoNote": ("video_note", {"duration": 4, "length": 99}),
    }
    for method, (kind, details) in sent.items():
        answer = await upload(bot, method, {kind: b"tea"}, chat_id=ann.id, caption="a", **details)
        shown = answer["result"][kind]
        assert shown | details == shown
        assert answer["result"].get("caption") == (None if kind == "video_note" else "a")
        again = await bot(method, chat_id=ann.id, **{kind: shown["file_id"]})
        assert again[kind] == shown
        assert (await bot("getFile", file_id=shown["file_id"]))["file_size"] == 3
        refused = await bot.refused("sendPhoto", chat_id=ann.id, photo=shown["file_id"])
        assert refused.startswith("Bad Request: can't use file of type ")
        # A file keeps its kind, even if it is sent as another.
        assert kind in await bot("sendDocument", chat_id=ann.id, document=shown["file_id"])
    kinds = [message.content_type for message in await ann.messages()]
    assert kinds[::3] == [kind for kind, _ in sent.values()]


async def test_an_animation_is_a_document_too(bot: BotSide, ann: Person) -> None:
    answer = await upload(bot, "sendAnimation", {"animation": b"tea"}, chat_id=ann.id)
    assert answer["result"]["document"]["file_id"] == answer["result"]["animation"]["file_id"]


async def test_an_album_is_messages_of_one_group(bot: BotSide, ann: Person) -> None:
    media = [
        {"type": "photo", "media": "attach://one", "caption": "<b>tea</b>", "parse_mode": "HTML"},
        {"type": "video", "media": "attach://two", "duration": 3},
    ]
    answer = await upload(
        *(bot, "sendMediaGroup", {"one": png(9, 9), "two": b"tea"}),
        chat_id=ann.id,
        media=json.dumps(media),
    )
    first, second = answer["result"]
    assert (first["caption"], second["video"]["duration"]) == ("tea", 3)
    assert first["media_group_id"] == second["media_group_id"]
    file_id = first["photo"][0]["file_id"]
    (alone,) = await bot(
        "sendMediaGroup", chat_id=ann.id, media=[{"type": "photo", "media": file_id}]
    )
    assert "media_group_id" not in alone


@pytest.mark.parametrize(
    ("kinds", "refusal"),
    [
        ([], "there are no messages to send"),
        (["photo"] * 11, "too many messages to send as an album"),
        (["photo", "document"], "document can't be mixed with other media types"),
        (["audio", "photo"], "audio can't be mixed with other media types"),
    ],
)
async def test_a_wrong_album_is_refused(
    bot: BotSide, ann: Person, kinds: list[str], refusal: str
) -> None:
    media = [{"type": kind, "media": f"attach://{kind}"} for kind in kinds]
    files = {kind: png(9, 9) for kind in kinds} or {"unused": b"tea"}
    answer = await upload(bot, "sendMediaGroup", files, chat_id=ann.id, media=json.dumps(media))
    assert answer["description"] == f"Bad Request: {refusal}"
    assert await ann.messages() == []


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


async def test_a_picture_is_replaced_by_another(bot: BotSide, ann: Person) -> None:
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
