"""What persons send, edit, press and choose, and the updates that the bot gets."""

from base64 import b64encode

import pytest
from aiohttp import ClientSession

from playground_support.bot_side import BotSide, Json
from playground_support.uploads import png
from telegram_playground import Group, Person, Playground, PlaygroundError

CONTENTS: list[Json] = [
    {"contact": {"phone_number": "+1", "first_name": "Tea", "user_id": 5}},
    {"location": {"latitude": 1.5, "longitude": 2.5}},
]


async def say(playground: Playground, person: Person, **content: object) -> Json:
    """Send something in the private chat with the bot."""
    path = f"chats/{person.id}/messages"
    return dict(await playground.request("POST", path, {"person": person.id, **content}))


async def press(playground: Playground, person: Person, label: str, **content: object) -> Json:
    """Press a button of the reply keyboard in the private chat with the bot."""
    body = {"person": person.id, "label": label, **content}
    return dict(await playground.request("POST", f"chats/{person.id}/keyboard", body))


async def give_keyboard(bot: BotSide, person: Person, *buttons: Json, **options: object) -> None:
    """Send a person a reply keyboard of one row."""
    markup = {"keyboard": [buttons], **options}
    await bot("sendMessage", chat_id=person.id, text="choose", reply_markup=markup)


async def keyboard_of(playground: Playground, chat_id: int, person: Person) -> Json | None:
    """Fetch the reply keyboard that a person has."""
    chat = await playground.request("GET", f"chats/{chat_id}")
    shown: Json | None = chat["keyboards"].get(str(person.id))
    return shown


@pytest.mark.parametrize("content", CONTENTS)
async def test_the_bot_gets_what_a_person_shares(
    playground: Playground, bot: BotSide, ann: Person, content: Json
) -> None:
    await say(playground, ann, **content)
    (update,) = await bot.updates()
    assert content.items() <= update["message"].items()


async def test_a_person_sends_files(playground: Playground, bot: BotSide, ann: Person) -> None:
    picture = {"name": "a.png", "data": b64encode(png(5, 6)).decode()}
    await say(playground, ann, photo=picture, caption="/tea")
    await say(playground, ann, document=picture)
    photo, document = [update["message"] for update in await bot.updates()]
    assert photo["caption_entities"][0]["type"] == "bot_command"
    assert document["document"]["file_name"] == "a.png"
    url = f"{playground.url}/control/files/{photo['photo'][0]['file_id']}"
    async with ClientSession() as session, session.get(url) as response:
        assert await response.read() == png(5, 6)
    await bot("getFile", file_id=document["document"]["file_id"])
    with pytest.raises(PlaygroundError, match="base64"):
        await say(playground, ann, document={"data": "%"})


async def test_a_message_has_one_content(playground: Playground, ann: Person) -> None:
    for content in ({}, {"text": "a", "dice": ""}):
        with pytest.raises(PlaygroundError, match="exactly one"):
            await say(playground, ann, **content)


async def test_a_person_throws_a_dice(playground: Playground, bot: BotSide, ann: Person) -> None:
    await say(playground, ann, dice="🎯")
    (update,) = await bot.updates()
    assert update["message"]["dice"]["emoji"] == "🎯"


async def test_the_bot_gets_edits(playground: Playground, bot: BotSide, ann: Person) -> None:
    message = await ann.send("tea")
    path = f"chats/{ann.id}/messages/{message.message_id}"
    await playground.request("PATCH", path, {"person": ann.id, "text": "/coffee"})
    update = (await bot.updates())[-1]["edited_message"]
    assert (update["text"], update["entities"][0]["type"]) == ("/coffee", "bot_command")
    assert update["edit_date"]
    shown = await bot.show(ann)
    path = f"chats/{ann.id}/messages/{shown.message_id}"
    with pytest.raises(PlaygroundError, match="somebody else's"):
        await playground.request("PATCH", path, {"person": ann.id, "text": "a"})


async def test_a_plain_reply_button_says_its_text(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    await give_keyboard(bot, ann, {"text": "Tea"}, one_time_keyboard=True)
    await press(playground, ann, "Te")
    (update,) = await bot.updates()
    assert update["message"]["text"] == "Tea"
    shown = await keyboard_of(playground, ann.id, ann)
    assert shown is not None
    assert shown["used"]
    with pytest.raises(PlaygroundError, match="no button 'Milk'"):
        await press(playground, ann, "Milk")


async def test_a_contact_button_shares_ones_own_number(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    await give_keyboard(bot, ann, {"text": "Me", "request_contact": True})
    await press(playground, ann, "Me")
    other = {"phone_number": "+1", "first_name": "Tea"}
    await press(playground, ann, "Me", contact=other)
    own, others = [update["message"]["contact"] for update in await bot.updates()]
    assert own["user_id"] == ann.id
    assert others == other


async def test_request_buttons_take_what_they_ask_for(
    playground: Playground, bot: BotSide, ann: Person, boris: Person, group: Group
) -> None:
    await give_keyboard(
        bot,
        ann,
        {"text": "where", "request_location": True},
        {"text": "who", "request_users": {"request_id": 1, "request_name": True}},
        {"text": "chat", "request_chat": {"request_id": 2, "chat_is_channel": False}},
        {"text": "app", "web_app": {"url": "https://tea.example/"}},
        {"text": "poll", "request_poll": {"type": "quiz"}},
    )
    await bot.updates()
    await bot.updates(offset=-1)
    await press(playground, ann, "where", location={"latitude": 1, "longitude": 2})
    await press(playground, ann, "who", user_ids=[boris.id])
    await press(playground, ann, "chat", chat_id=group.id)
    await press(playground, ann, "app", data="tea")
    quiz = {"question": "Tea?", "options": ["a", "b"], "type": "quiz", "correct_option_id": 1}
    await press(playground, ann, "poll", poll=quiz)
    told = [u["message"] for u in await bot.updates() if "message" in u]
    assert told[0]["location"] == {"latitude": 1.0, "longitude": 2.0}
    assert told[1]["users_shared"] == {
        "request_id": 1,
        "users": [{"user_id": boris.id, "first_name": "Boris"}],
        "user_ids": [boris.id],
    }
    assert told[2]["chat_shared"] == {"request_id": 2, "chat_id": group.id}
    assert told[3]["web_app_data"] == {"button_text": "app", "data": "tea"}
    assert told[4]["poll"]["correct_option_id"] == 1
    with pytest.raises(PlaygroundError, match="requests something"):
        await press(playground, ann, "where")
    with pytest.raises(PlaygroundError, match="at most 1"):
        await press(playground, ann, "who", user_ids=[boris.id, ann.id])


async def test_nothing_can_be_shared_without_a_request_button(
    playground: Playground, ann: Person
) -> None:
    shared: list[Json] = [
        {"users_shared": {"request_id": 1, "user_ids": [ann.id]}},
        {"chat_shared": {"request_id": 1, "chat_id": ann.id}},
        {"web_app_data": {"button_text": "a", "data": "a"}},
    ]
    for content in shared:
        with pytest.raises(PlaygroundError, match="no button"):
            await say(playground, ann, **content)


async def test_keyboards_come_and_go(playground: Playground, bot: BotSide, ann: Person) -> None:
    await give_keyboard(bot, ann, {"text": "Tea"})
    await ann.send("Tea")
    shown = await keyboard_of(playground, ann.id, ann)
    assert shown is not None
    assert not shown["used"]
    await bot("sendMessage", chat_id=ann.id, text="a", reply_markup={"remove_keyboard": True})
    assert await keyboard_of(playground, ann.id, ann) is None
    force = await bot("sendMessage", chat_id=ann.id, text="a", reply_markup={"force_reply": True})
    assert await keyboard_of(playground, ann.id, ann)
    await ann.send("b", reply_to=force["message_id"])
    assert await keyboard_of(playground, ann.id, ann) is None
    await give_keyboard(bot, ann, {"text": "Tea"})
    await bot("deleteMessage", chat_id=ann.id, message_id=(await ann.messages())[-1].message_id)
    assert await keyboard_of(playground, ann.id, ann) is None


async def test_a_selective_keyboard_is_for_mentioned_and_replied_persons(
    playground: Playground, bot: BotSide, ann: Person, boris: Person, group: Group
) -> None:
    asked = await ann.send("/tea", chat=group)
    markup = {"keyboard": [[{"text": "Tea"}]], "selective": True}
    send = {"chat_id": group.id, "reply_markup": markup}
    reply = {"message_id": asked.message_id}
    await bot("sendMessage", **send, text="a", reply_parameters=reply)
    assert await keyboard_of(playground, group.id, ann)
    assert await keyboard_of(playground, group.id, boris) is None
    await bot("sendMessage", **send, text="@boris hi")
    assert await keyboard_of(playground, group.id, boris)


async def test_the_bot_gets_votes(playground: Playground, bot: BotSide, ann: Person) -> None:
    sent = await bot(
        "sendPoll", chat_id=ann.id, question="Tea?", options=["a", "b"], is_anonymous=False
    )
    path = f"chats/{ann.id}/messages/{sent['message_id']}/vote"
    await playground.request("POST", path, {"person": ann.id, "options": [1]})
    poll, answer = await bot.updates()
    assert [option["voter_count"] for option in poll["poll"]["options"]] == [0, 1]
    assert answer["poll_answer"]["option_ids"] == [1]
    await playground.request("POST", path, {"person": ann.id, "options": []})
    (poll, _) = await bot.updates(offset=answer["update_id"] + 1)
    assert poll["poll"]["total_voter_count"] == 0
    with pytest.raises(PlaygroundError, match="only one"):
        await playground.request("POST", path, {"person": ann.id, "options": [0, 1]})
    await bot("stopPoll", chat_id=ann.id, message_id=sent["message_id"])
    with pytest.raises(PlaygroundError, match="closed"):
        await playground.request("POST", path, {"person": ann.id, "options": [0]})


async def test_an_answer_in_a_quiz_is_final(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    quiz = {"question": "a", "options": ["a", "b"], "type": "quiz", "correct_option_id": 0}
    await bot("sendPoll", chat_id=ann.id, **quiz)
    path = f"chats/{ann.id}/messages/1/vote"
    await playground.request("POST", path, {"person": ann.id, "options": [0]})
    with pytest.raises(PlaygroundError, match="final"):
        await playground.request("POST", path, {"person": ann.id, "options": [1]})


async def test_links_start_the_bot(
    playground: Playground, bot: BotSide, ann: Person, boris: Person
) -> None:
    await playground.request("POST", "start", {"person": boris.id, "payload": "tea-1"})
    group = await playground.group("Tea", creator=ann, bot="left")
    body = {"person": ann.id, "payload": "tea", "chat": group.id}
    await playground.request("POST", "start", body)
    private, place, joined, started = await bot.updates()
    assert private["message"]["text"] == "/start tea-1"
    assert place["my_chat_member"]["new_chat_member"]["status"] == "member"
    assert joined["message"]["new_chat_members"][0]["id"] == playground.bot.id
    assert started["message"]["text"] == "/start@tea_bot tea"
    with pytest.raises(PlaygroundError, match="payload"):
        await playground.request("POST", "start", {"person": ann.id, "payload": "a b"})


async def test_the_bot_gets_who_joins_and_leaves(bot: BotSide, boris: Person, group: Group) -> None:
    await group.set_role(boris, "left")
    await group.set_role(boris, "member")
    gone, come = [u["message"] for u in await bot.updates() if "message" in u]
    assert gone["left_chat_member"]["id"] == boris.id
    assert come["new_chat_members"][0]["id"] == boris.id
