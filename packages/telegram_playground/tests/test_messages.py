"""sendMessage, edits, deleteMessage, and which chats the bot can write to."""

import pytest

from playground_support.bot_side import BotSide
from telegram_playground import Group, Person, Playground

NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are"
    " exactly the same as a current content and reply markup of the message"
)
KEYBOARD = {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}


async def test_a_message_comes_back_as_it_is_shown(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    sent = await bot("sendMessage", chat_id=ann.id, text="tea", reply_markup=KEYBOARD)
    assert sent == {
        "message_id": 1,
        "date": int(playground.clock.time()),
        "chat": {"id": ann.id, "first_name": "Ann", "type": "private"},
        "from": {"id": 123, "is_bot": True, "first_name": "tea_bot", "username": "tea_bot"},
        "text": "tea",
        "reply_markup": KEYBOARD,
    }


async def test_ids_increase_in_each_chat(bot: BotSide, ann: Person, boris: Person) -> None:
    await boris.send("hi")
    for person, expected in ((ann, 1), (ann, 2), (boris, 2), (ann, 3)):
        sent = await bot("sendMessage", chat_id=person.id, text="tea")
        assert sent["message_id"] == expected


async def test_a_stranger_can_not_be_written_to_until_they_write(
    bot: BotSide, boris: Person
) -> None:
    refused = await bot.refused("sendMessage", chat_id=boris.id, text="hi")
    assert refused == "Forbidden: bot can't initiate conversation with a user"
    await boris.send("/start")
    await bot("sendMessage", chat_id=boris.id, text="hi")


async def test_a_person_who_has_blocked_the_bot_can_not_be_written_to(
    bot: BotSide, ann: Person
) -> None:
    message = await bot.show(ann)
    await ann.block()
    blocked = "Forbidden: bot was blocked by the user"
    assert await bot.refused("sendMessage", chat_id=ann.id, text="hi") == blocked
    edit = {"chat_id": ann.id, "message_id": message.message_id, "text": "hi"}
    assert await bot.refused("editMessageText", **edit) == blocked
    await ann.unblock()
    await bot("sendMessage", chat_id=ann.id, text="hi")
    blocking, unblocking = [update["my_chat_member"] for update in await bot.updates()]
    assert blocking["new_chat_member"]["status"] == "kicked"
    assert unblocking["new_chat_member"]["status"] == "member"


async def test_a_deleted_account_can_not_be_written_to(bot: BotSide, ann: Person) -> None:
    await ann.change(standing="deactivated")
    refused = await bot.refused("sendMessage", chat_id=ann.id, text="hi")
    assert refused == "Forbidden: user is deactivated"


@pytest.mark.parametrize("chat_id", [42, -100_42, "@nobody", "nonsense"])
async def test_an_unknown_chat_is_not_found(bot: BotSide, chat_id: int | str) -> None:
    refused = await bot.refused("sendMessage", chat_id=chat_id, text="hi")
    assert refused == "Bad Request: chat not found"


async def test_a_public_group_has_a_name(playground: Playground, bot: BotSide) -> None:
    group = await playground.group("Tea", username="tea_room")
    assert (await bot("sendMessage", chat_id="@Tea_Room", text="hi"))["chat"]["id"] == group.id


@pytest.mark.parametrize(
    ("type_", "role", "refusal"),
    [
        ("supergroup", "kicked", "bot was kicked from the supergroup chat"),
        ("supergroup", "left", "bot is not a member of the supergroup chat"),
        ("group", "kicked", "bot was kicked from the group chat"),
        ("group", "left", "bot is not a member of the group chat"),
    ],
)
async def test_a_bot_that_is_not_in_a_group_can_not_write_there(
    playground: Playground, bot: BotSide, type_: str, role: str, refusal: str
) -> None:
    group = await playground.group("Tea", type=type_)
    await group.set_role(playground.bot, role)
    refused = await bot.refused("sendMessage", chat_id=group.id, text="hi")
    assert refused == f"Forbidden: {refusal}"


async def test_a_reply_shows_what_it_replies_to(bot: BotSide, ann: Person) -> None:
    asked = await ann.send("tea?")
    reply = {"message_id": asked.message_id}
    sent = await bot("sendMessage", chat_id=ann.id, text="yes", reply_parameters=reply)
    assert sent["reply_to_message"]["text"] == "tea?"
    sent = await bot("sendMessage", chat_id=ann.id, text="yes", reply_to_message_id=1)
    assert sent["reply_to_message"]["text"] == "tea?"


async def test_a_reply_to_nothing_is_refused_unless_allowed(bot: BotSide, ann: Person) -> None:
    reply: dict[str, object] = {"message_id": 99}
    message = {"chat_id": ann.id, "text": "yes", "reply_parameters": reply}
    refused = await bot.refused("sendMessage", **message)
    assert refused == "Bad Request: message to be replied not found"
    reply["allow_sending_without_reply"] = True
    assert "reply_to_message" not in await bot("sendMessage", **message)


async def test_an_edit_replaces_text_and_keyboard(bot: BotSide, ann: Person) -> None:
    message = await bot.show(ann, "1", "+1")
    assert not message.edited
    edited = await bot(
        "editMessageText", chat_id=ann.id, message_id=1, text="<b>2</b>", parse_mode="HTML"
    )
    assert edited["text"] == "2"
    assert edited["entities"] == [{"offset": 0, "length": 1, "type": "bold"}]
    message = await ann.read(message)
    assert (message.text, message.labels, message.edited) == ("2", [], True)


async def test_an_edit_of_the_keyboard_leaves_the_text(bot: BotSide, ann: Person) -> None:
    message = await bot.show(ann, "1", "+1")
    edit = {"chat_id": ann.id, "message_id": 1}
    await bot("editMessageReplyMarkup", **edit, reply_markup=KEYBOARD)
    message = await ann.read(message)
    assert (message.text, message.labels) == ("1", [["a"]])
    await bot("editMessageReplyMarkup", **edit)
    assert (await ann.read(message)).labels == []


async def test_an_edit_that_changes_nothing_is_refused(bot: BotSide, ann: Person) -> None:
    await bot.show(ann, "1", "a")
    same = {"inline_keyboard": [[{"text": "a", "callback_data": "a"}]]}
    edit = {"chat_id": ann.id, "message_id": 1, "reply_markup": same}
    assert await bot.refused("editMessageText", **edit, text=" 1 ") == NOT_MODIFIED
    assert await bot.refused("editMessageReplyMarkup", **edit) == NOT_MODIFIED
    await bot("editMessageText", chat_id=ann.id, message_id=1, text="1")
    assert await bot.refused("editMessageReplyMarkup", chat_id=ann.id, message_id=1) == NOT_MODIFIED


async def test_an_edit_of_nothing_is_refused(bot: BotSide, ann: Person) -> None:
    edit = {"chat_id": ann.id, "message_id": 1, "text": "a"}
    assert await bot.refused("editMessageText", **edit) == "Bad Request: message to edit not found"
    message = await bot.show(ann)
    await ann.delete(message)
    assert await bot.refused("editMessageText", **edit) == "Bad Request: message to edit not found"


async def test_an_edit_needs_a_message_id(bot: BotSide) -> None:
    refused = await bot.refused("editMessageText", text="a")
    assert refused == "Bad Request: message identifier is not specified"
    refused = await bot.refused("editMessageText", text="a", inline_message_id="x")
    assert refused == "Bad Request: MESSAGE_ID_INVALID"


async def test_only_the_bots_own_messages_can_be_edited(bot: BotSide, ann: Person) -> None:
    await ann.send("hers")
    refused = await bot.refused("editMessageText", chat_id=ann.id, message_id=1, text="a")
    assert refused == "Bad Request: message can't be edited"


async def test_a_message_with_a_reply_keyboard_can_not_be_edited(bot: BotSide, ann: Person) -> None:
    keyboard = {"keyboard": [[{"text": "tea"}]]}
    sent = await bot("sendMessage", chat_id=ann.id, text="a", reply_markup=keyboard)
    assert "reply_markup" not in sent
    refused = await bot.refused("editMessageText", chat_id=ann.id, message_id=1, text="b")
    assert refused == "Bad Request: message can't be edited"
    refused = await bot.refused(
        "editMessageText", chat_id=ann.id, message_id=1, text="b", reply_markup=keyboard
    )
    assert refused == "Bad Request: inline keyboard expected"


async def test_a_service_message_has_no_text_to_edit(playground: Playground, bot: BotSide) -> None:
    group = await playground.group("Forum", is_forum=True)
    topic = await group.topic("by the bot itself")
    refused = await bot.refused("editMessageText", chat_id=group.id, message_id=topic, text="a")
    assert refused == "Bad Request: there is no text in the message to edit"


async def test_a_bot_deletes_its_messages_for_48_hours(
    playground: Playground, bot: BotSide, ann: Person, group: Group
) -> None:
    for chat_id in (ann.id, group.id):
        first = await bot("sendMessage", chat_id=chat_id, text="a")
        second = await bot("sendMessage", chat_id=chat_id, text="b")
        await bot("deleteMessage", chat_id=chat_id, message_id=first["message_id"])
        playground.clock.advance(48 * 3600)
        refused = await bot.refused(
            "deleteMessage", chat_id=chat_id, message_id=second["message_id"]
        )
        assert refused == "Bad Request: message can't be deleted"
    assert [message.text for message in await ann.messages()] == ["b"]


async def test_a_bot_deletes_a_persons_message_in_private_only(
    playground: Playground, bot: BotSide, ann: Person, group: Group
) -> None:
    hers = await ann.send("hers")
    await bot("deleteMessage", chat_id=ann.id, message_id=hers.message_id)
    hers = await ann.send("/hers", chat=group)
    message = {"chat_id": group.id, "message_id": hers.message_id}
    assert await bot.refused("deleteMessage", **message) == "Bad Request: message can't be deleted"
    await group.set_role(playground.bot, "administrator")
    playground.clock.advance(50 * 3600)
    await bot("deleteMessage", **message)
    await ann.until_gone(hers)


async def test_a_deleted_message_can_not_be_deleted(bot: BotSide, ann: Person) -> None:
    refused = await bot.refused("deleteMessage", chat_id=ann.id, message_id=5)
    assert refused == "Bad Request: message to delete not found"
    refused = await bot.refused("deleteMessage", chat_id=ann.id)
    assert refused == "Bad Request: message identifier is not specified"


async def test_many_messages_are_deleted_at_once(bot: BotSide, ann: Person) -> None:
    await bot.show(ann, "a")
    await bot.show(ann, "b")
    await bot.show(ann, "c")
    assert await bot("deleteMessages", chat_id=ann.id, message_ids=[1, 3, 99])
    assert [message.text for message in await ann.messages()] == ["b"]


async def test_a_business_connection_is_not_found(bot: BotSide, ann: Person) -> None:
    refused = await bot.refused("sendMessage", chat_id=ann.id, text="a", business_connection_id="x")
    assert refused == "Bad Request: business connection not found"


async def test_a_message_may_be_protected_and_have_its_preview_set(
    bot: BotSide, ann: Person
) -> None:
    sent = await bot(
        "sendMessage",
        chat_id=ann.id,
        text="a",
        protect_content=True,
        link_preview_options={"is_disabled": True},
    )
    assert sent["has_protected_content"]
    assert sent["link_preview_options"] == {"is_disabled": True}
