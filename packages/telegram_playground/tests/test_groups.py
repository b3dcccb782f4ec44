"""Groups: roles, anonymous admins, topics."""

import pytest

from playground_support.bot_side import BotSide, Json, heard
from telegram_playground import Group, Person, Playground, PlaygroundError


async def test_outside_of_a_group_a_person_writes_nothing_and_the_bot_gets_nothing(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    group = await playground.group("Friends", bot="left")
    with pytest.raises(PlaygroundError, match="Ann is not in chat"):
        await ann.send("hi", chat=group)
    await group.set_role(ann, "member")
    await ann.send("/hi", chat=group)
    assert await bot.updates() == []


async def test_the_bot_gets_changes_of_its_own_role(
    playground: Playground, bot: BotSide, ann: Person, group: Group
) -> None:
    await group.set_role(playground.bot, "administrator")
    await group.set_role(playground.bot, "administrator")
    await group.set_role(playground.bot, "kicked")
    changes = [update["my_chat_member"] for update in await bot.updates()]
    assert [change["new_chat_member"]["status"] for change in changes] == [
        "member",
        "administrator",
        "kicked",
    ]
    assert changes[1]["old_chat_member"]["status"] == "member"
    assert changes[1]["from"]["id"] == ann.id
    assert changes[1]["chat"]["title"] == "Friends"


async def test_an_anonymous_admin_writes_as_the_group(
    bot: BotSide, ann: Person, boris: Person, group: Group
) -> None:
    message = await ann.send("/tea", chat=group, anonymous=True)
    assert message.from_user is not None
    assert (message.from_user.id, message.from_user.username) == (
        1087968824,
        "GroupAnonymousBot",
    )
    update = (await bot.updates())[-1]
    assert update["message"]["sender_chat"]["id"] == group.id
    for person, chat in ((boris, group), (ann, None)):
        with pytest.raises(PlaygroundError, match="only an administrator"):
            await person.send("/tea", chat=chat, anonymous=True)


async def test_messages_of_a_topic_carry_its_id(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    forum = await playground.group("Forum", creator=ann, is_forum=True)
    topic = await forum.topic("News")
    opened = (await bot.updates())[-1]["message"]
    assert (opened["message_thread_id"], opened["forum_topic_created"]["name"]) == (topic, "News")
    await ann.send("/tea", chat=forum, topic=topic)
    update = (await bot.updates(offset=-1))[-1]["message"]
    assert (update["message_thread_id"], update["is_topic_message"]) == (topic, 1)
    assert update["chat"]["is_forum"]
    sent = await bot("sendMessage", chat_id=forum.id, message_thread_id=topic, text="tea")
    assert (sent["message_thread_id"], sent["is_topic_message"]) == (topic, 1)
    await bot("sendMessage", chat_id=forum.id, text="general")
    assert (await ann.receive(forum, topic=topic)).text == "tea"
    with pytest.raises(TimeoutError):
        await ann.receive(forum, topic=topic, timeout=0.05)
    assert (await forum.messages())[-1].message_thread_id is None


async def test_an_unknown_topic_is_refused(
    playground: Playground, bot: BotSide, ann: Person, group: Group
) -> None:
    forum = await playground.group("Forum", creator=ann, is_forum=True)
    for chat_id, thread_id in ((forum.id, 77), (forum.id, 1), (ann.id, 5)):
        refused = await bot.refused(
            "sendMessage", chat_id=chat_id, message_thread_id=thread_id, text="a"
        )
        assert refused == "Bad Request: message thread not found"
    sent = await bot("sendMessage", chat_id=group.id, message_thread_id=5, text="a")
    assert "message_thread_id" not in sent
    with pytest.raises(PlaygroundError, match="there is no topic 77"):
        await ann.send("a", chat=forum, topic=77)
    with pytest.raises(PlaygroundError, match="is not a forum"):
        await group.topic("News")


async def test_a_closed_topic_takes_messages_of_administrators_only(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    forum = await playground.group("Forum", creator=ann, is_forum=True)
    topic = await forum.topic("News")
    asked = await ann.send("/tea", chat=forum, topic=topic)
    await forum.close_topic(topic)
    assert (await bot.updates(offset=-1))[-1]["message"]["forum_topic_closed"] == {}
    there: dict[str, object] = {"chat_id": forum.id, "text": "a", "message_thread_id": topic}
    reply = {"chat_id": forum.id, "text": "a", "reply_to_message_id": asked.message_id}
    for params in (there, reply):
        assert await bot.refused("sendMessage", **params) == "Bad Request: TOPIC_CLOSED"
    await bot("sendMessage", chat_id=forum.id, text="general")
    await forum.close_topic(1)
    refused = await bot.refused("sendMessage", chat_id=forum.id, text="general")
    assert refused == "Bad Request: TOPIC_CLOSED"
    await forum.close_topic(topic, closed=False)
    await bot("sendMessage", **there)
    await forum.set_role(playground.bot, "administrator")
    await bot("sendMessage", chat_id=forum.id, text="general")


async def test_a_deleted_topic_deletes_its_messages(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    forum = await playground.group("Forum", creator=ann, is_forum=True)
    topic = await forum.topic("News")
    there: dict[str, object] = {"chat_id": forum.id, "message_thread_id": topic}
    sent = await bot("sendMessage", text="a", **there)
    await bot("sendMessage", chat_id=forum.id, text="general")
    await forum.delete_topic(topic)
    assert [message.text for message in await forum.messages()] == ["general"]
    assert "thread not found" in await bot.refused("sendMessage", text="a", **there)
    edit = {"chat_id": forum.id, "message_id": sent["message_id"], "text": "b"}
    assert "to edit not found" in await bot.refused("editMessageText", **edit)
    with pytest.raises(PlaygroundError, match="there is no topic"):
        await forum.delete_topic(topic)


async def test_a_restricted_bot_writes_nothing(
    playground: Playground, bot: BotSide, ann: Person, group: Group
) -> None:
    sent = await bot("sendMessage", chat_id=group.id, text="a")
    await group.set_role(playground.bot, "restricted")
    told = (await bot.updates(offset=-1))[-1]["my_chat_member"]["new_chat_member"]
    assert (told["status"], told["is_member"], told["can_send_messages"]) == (
        "restricted",
        True,
        False,
    )
    refused = await bot.refused("sendMessage", chat_id=group.id, text="a")
    assert refused == "Bad Request: not enough rights to send text messages to the chat"
    # Its earlier messages are still its own.
    await bot("editMessageText", chat_id=group.id, message_id=sent["message_id"], text="b")
    await ann.send("/tea", chat=group)
    assert (await bot.updates(offset=-1))[-1]["message"]["text"] == "/tea"


async def test_direct_messages_of_a_channel_have_a_topic_for_each_person(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    channel = await playground.group(
        "News", members=[ann], bot="administrator", is_direct_messages=True
    )
    await ann.send("hello", chat=channel)
    heard = (await bot.updates(offset=-1))[-1]["message"]
    assert heard["direct_messages_topic"]["topic_id"] == ann.id
    sent = await bot("sendMessage", chat_id=channel.id, text="a", direct_messages_topic_id=ann.id)
    assert sent["direct_messages_topic"]["user"]["id"] == ann.id
    assert "topic" in await bot.refused("sendMessage", chat_id=channel.id, text="a")


async def test_a_person_deletes_their_own_messages_an_administrator_all(
    bot: BotSide, ann: Person, boris: Person, group: Group
) -> None:
    his = await boris.send("his", chat=group)
    hers = await ann.send("hers", chat=group)
    with pytest.raises(PlaygroundError, match="somebody else's"):
        await boris.delete(hers)
    await boris.delete(his)
    await ann.delete(hers)
    assert await group.messages() == []
    with pytest.raises(PlaygroundError, match="no message 2"):
        await ann.delete(his)
    assert await heard(bot) == []


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"type": "group", "is_forum": True}, "only a supergroup"),
        ({"type": "group", "username": "tea"}, "only a supergroup"),
        ({"id": 5}, "can't be the id"),
        ({"type": "channel"}, "type"),
        ({"colour": "green"}, "colour"),
    ],
)
async def test_a_group_with_wrong_options_is_refused(
    playground: Playground, options: Json, problem: str
) -> None:
    with pytest.raises(PlaygroundError, match=problem):
        await playground.group("Tea", **options)


async def test_groups_have_ids_as_in_telegram(playground: Playground) -> None:
    first, second = [await playground.group("Tea") for _ in range(2)]
    basic = await playground.group("Tea", type="group")
    chosen = await playground.group("Tea", id=-100_5)
    assert str(first.id).startswith("-100")
    assert second.id == first.id - 1
    assert -1_000_000_000 < basic.id < 0
    assert chosen.id == -100_5
    with pytest.raises(PlaygroundError, match="can't be the id"):
        await playground.group("Tea", id=-100_5)


async def test_a_group_that_becomes_a_supergroup_gets_a_new_id(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    group = await playground.group("Friends", type="group", creator=ann)
    supergroup = await group.upgrade()
    answer = await bot.answer("sendMessage", chat_id=group.id, text="hi")
    assert answer["description"] == ("Bad Request: group chat was upgraded to a supergroup chat")
    assert answer["parameters"] == {"migrate_to_chat_id": supergroup.id}
    await bot("sendMessage", chat_id=supergroup.id, text="hi")
    assert (await ann.receive(supergroup)).text == "hi"
    told = [update["message"] for update in await bot.updates() if "message" in update]
    assert told[0]["migrate_to_chat_id"] == supergroup.id
    assert told[1]["migrate_from_chat_id"] == group.id
    with pytest.raises(PlaygroundError, match="is not a group"):
        await group.upgrade()


async def test_a_group_that_became_a_supergroup_can_not_be_written_to(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    group = await playground.group("Friends", type="group", creator=ann)
    markup = {"inline_keyboard": [[{"text": "+1", "callback_data": "1"}]]}
    await bot("sendMessage", chat_id=group.id, text="1", reply_markup=markup)
    message = await ann.receive(group)
    supergroup = await group.upgrade()
    with pytest.raises(PlaygroundError, match=f"has become {supergroup.id}"):
        await ann.send("/tea", chat=group)
    with pytest.raises(PlaygroundError, match="is not a group"):
        await group.set_role(playground.bot, "left")
    await ann.press(message, "+1", timeout=0)
    press = (await bot.updates())[-1]["callback_query"]
    assert press["message"]["chat"]["id"] == group.id
    for method in ("editMessageText", "deleteMessage"):
        answer = await bot.answer(method, chat_id=group.id, message_id=message.message_id, text="2")
        assert answer["parameters"] == {"migrate_to_chat_id": supergroup.id}
    members = await bot("getChatAdministrators", chat_id=supergroup.id)
    assert [member["user"]["id"] for member in members] == [ann.id]


async def test_the_bot_is_told_when_it_is_added_and_removed(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    group = await playground.group("Friends", creator=ann, bot="left")
    await group.set_role(playground.bot, "member")
    place, joined = await bot.updates()
    assert place["my_chat_member"]["old_chat_member"]["status"] == "left"
    assert place["my_chat_member"]["new_chat_member"]["status"] == "member"
    assert place["my_chat_member"]["from"]["id"] == ann.id
    assert joined["message"]["new_chat_members"][0]["id"] == playground.bot.id
    await group.set_role(playground.bot, "left")
    (removed,) = await bot.updates(offset=joined["update_id"] + 1)
    assert removed["my_chat_member"]["new_chat_member"]["status"] == "left"
    refused = await bot.refused("sendMessage", chat_id=group.id, text="hi")
    assert refused == "Forbidden: bot is not a member of the supergroup chat"


async def test_only_an_administrator_gets_role_changes_of_others(
    playground: Playground, bot: BotSide, ann: Person, boris: Person, group: Group
) -> None:
    (joined,) = await bot.updates(allowed_updates=["chat_member"])
    await group.set_role(boris, "administrator")
    await group.set_role(playground.bot, "administrator")
    await group.set_role(boris, "kicked")
    (update,) = await bot.updates(offset=joined["update_id"] + 1)
    change = update["chat_member"]
    assert change["from"]["id"] == ann.id
    assert change["old_chat_member"]["status"] == "administrator"
    assert change["new_chat_member"] == {
        "user": boris.user.json,
        "status": "kicked",
        "until_date": 0,
    }


async def test_a_reply_stays_in_its_topic(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    forum = await playground.group("Forum", creator=ann, is_forum=True)
    topic = await forum.topic("News")
    asked = await ann.send("/tea", chat=forum, topic=topic)
    reply = {"message_id": asked.message_id}
    sent = await bot("sendMessage", chat_id=forum.id, text="tea?", reply_parameters=reply)
    assert sent["message_thread_id"] == topic
    answered = await ann.send("yes", chat=forum, reply_to=sent["message_id"])
    assert answered.message_thread_id == topic
    refused = await bot.refused(
        "sendChatAction", chat_id=forum.id, action="typing", message_thread_id=77
    )
    assert refused == "Bad Request: message thread not found"


async def test_the_bot_leaves_a_group(playground: Playground, bot: BotSide, group: Group) -> None:
    assert await bot("leaveChat", chat_id=group.id)
    left = (await bot.updates())[-1]["my_chat_member"]["new_chat_member"]
    assert (left["user"]["id"], left["status"]) == (playground.bot.id, "left")
    refused = await bot.refused("leaveChat", chat_id=group.id)
    assert refused == "Forbidden: bot is not a member of the supergroup chat"
