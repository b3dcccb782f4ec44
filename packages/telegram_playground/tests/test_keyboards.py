"""Keyboards that Telegram takes and refuses (Bot API, InlineKeyboardMarkup)."""

import pytest

from playground_support.bot_side import BotSide, Json
from telegram_playground import Group, Person, Playground


def inline(*buttons: Json) -> Json:
    """Make a message with a row of inline buttons, whose default text is "a"."""
    return {
        "text": "t",
        "reply_markup": {"inline_keyboard": [[{"text": "a", **b} for b in buttons]]},
    }


def reply(*buttons: object, **options: object) -> Json:
    """Make a message with a row of reply buttons."""
    return {"text": "t", "reply_markup": {"keyboard": [list(buttons)], **options}}


GOOD: list[Json] = [
    {"callback_data": "é" * 32},
    {"callback_data": "a", "style": "danger", "icon_custom_emoji_id": "5"},
    {"url": "https://tea.example"},
    {"url": "tea.example/path"},
    {"url": "tg://resolve?domain=tea_bot"},
    {"web_app": {"url": "https://tea.example/app"}},
    {"web_app": {"url": "http://127.0.0.1:8080/app"}},
    {"login_url": {"url": "https://tea.example/login"}},
    {"switch_inline_query": ""},
    {"switch_inline_query_current_chat": "tea"},
    {"switch_inline_query_chosen_chat": {"query": "tea", "allow_user_chats": True}},
    {"copy_text": {"text": "a" * 256}},
    {"disabled": {}},
]


@pytest.mark.parametrize("button", GOOD)
async def test_a_good_inline_button_comes_back(bot: BotSide, ann: Person, button: Json) -> None:
    sent = await bot("sendMessage", chat_id=ann.id, **inline(button))
    assert sent["reply_markup"]["inline_keyboard"] == [[{"text": "a", **button}]]


async def test_without_a_domain_a_login_button_is_refused(
    playground: Playground, bot: BotSide, ann: Person
) -> None:
    await playground.switch(login_domain=False)
    button = {"login_url": {"url": "https://tea.example/login"}}
    refused = await bot.refused("sendMessage", chat_id=ann.id, **inline(button))
    assert refused == "Bad Request: BOT_DOMAIN_INVALID"


UNALLOWED = "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
BAD: list[tuple[Json, str]] = [
    ({}, UNALLOWED),
    ({"callback_data": ""}, UNALLOWED),
    ({"callback_data": "a" * 65}, "BUTTON_DATA_INVALID"),
    ({"callback_data": "é" * 33}, "BUTTON_DATA_INVALID"),
    ({"url": "nonsense"}, "BUTTON_URL_INVALID"),
    ({"url": "https://"}, "BUTTON_URL_INVALID"),
    ({"url": "ftp://tea.example"}, "BUTTON_URL_INVALID"),
    ({"url": "tg://user?id=5"}, "BUTTON_USER_INVALID"),
    ({"web_app": {"url": "http://tea.example/"}}, "BUTTON_URL_INVALID"),
    ({"web_app": {"url": "javascript://127.0.0.1/%0aalert()"}}, "BUTTON_URL_INVALID"),
    ({"login_url": {"url": "http://tea.example/"}}, "BUTTON_URL_INVALID"),
    ({"copy_text": {"text": "a" * 257}}, "BUTTON_COPY_TEXT_INVALID"),
    ({"copy_text": {"text": ""}}, "BUTTON_COPY_TEXT_INVALID"),
    ({"callback_game": {}}, "BUTTON_TYPE_INVALID"),
    ({"pay": True}, "BUTTON_TYPE_INVALID"),
    (
        {"callback_data": "a", "style": "pink"},
        "can't parse inline keyboard button: invalid button style specified",
    ),
    (
        {"callback_data": "a", "url": "https://tea.example"},
        "can't parse inline keyboard button: exactly one kind of button must be used",
    ),
]


@pytest.mark.parametrize(("button", "refusal"), BAD)
async def test_a_bad_inline_button_is_refused(
    bot: BotSide, ann: Person, button: Json, refusal: str
) -> None:
    refused = await bot.refused("sendMessage", chat_id=ann.id, **inline(button))
    assert refused == f"Bad Request: {refusal}"
    assert await ann.messages() == []


async def test_a_bad_button_is_refused_in_an_edit_too(bot: BotSide, ann: Person) -> None:
    await bot.show(ann)
    edit = {"chat_id": ann.id, "message_id": 1, **inline({"callback_data": "a" * 65})}
    for method in ("editMessageText", "editMessageReplyMarkup"):
        assert await bot.refused(method, **edit) == "Bad Request: BUTTON_DATA_INVALID"


async def test_a_mini_app_opens_in_private_only(bot: BotSide, group: Group) -> None:
    button = {"web_app": {"url": "https://tea.example/app"}}
    refused = await bot.refused("sendMessage", chat_id=group.id, **inline(button))
    assert refused == "Bad Request: BUTTON_TYPE_INVALID"


async def test_a_link_to_a_person_asks_for_their_consent(
    bot: BotSide, ann: Person, boris: Person
) -> None:
    button = {"url": f"tg://user?id={boris.id}"}
    await bot("sendMessage", chat_id=ann.id, **inline(button))
    await boris.change(has_private_forwards=True)
    refused = await bot.refused("sendMessage", chat_id=ann.id, **inline(button))
    assert refused == "Bad Request: BUTTON_USER_PRIVACY_RESTRICTED"
    await boris.send("hi")
    assert (await bot("getChat", chat_id=boris.id))["has_private_forwards"]


async def test_a_keyboard_without_buttons_is_none(bot: BotSide, ann: Person) -> None:
    empty: list[Json] = [{"inline_keyboard": []}, {"inline_keyboard": [[]]}, {}]
    for markup in empty:
        sent = await bot("sendMessage", chat_id=ann.id, text="t", reply_markup=markup)
        assert "reply_markup" not in sent
        assert (await ann.messages())[-1].keyboard is None


async def test_a_button_needs_a_text(bot: BotSide, ann: Person) -> None:
    markup = {"inline_keyboard": [[{"callback_data": "a"}]]}
    refused = await bot.refused("sendMessage", chat_id=ann.id, text="t", reply_markup=markup)
    assert refused == "Bad Request: can't parse inline keyboard button: Can't find field \"text\""


@pytest.mark.parametrize(
    ("markup", "refusal"),
    [
        ("[]", "object expected as reply markup"),
        ({"inline_keyboard": 5}, 'field "inline_keyboard" must be of type Array'),
        (
            {"inline_keyboard": [5]},
            'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
        ),
        ({"keyboard": [5]}, 'field "keyboard" must be an Array of Arrays'),
        (
            {"inline_keyboard": [[5]]},
            "can't parse inline keyboard button: InlineKeyboardButton must be an Object",
        ),
        (
            {"inline_keyboard": [[{"text": "a", "url": True}]]},
            'can\'t parse inline keyboard button: Field "url" must be of type String',
        ),
        ({"remove_keyboard": 1}, 'field "remove_keyboard" must be of type Boolean'),
    ],
)
async def test_a_markup_of_another_shape_is_refused(
    bot: BotSide, ann: Person, markup: object, refusal: str
) -> None:
    refused = await bot.refused("sendMessage", chat_id=ann.id, text="t", reply_markup=markup)
    assert refused == f"Bad Request: {refusal}"


async def test_a_reply_button_can_be_a_string(bot: BotSide, ann: Person) -> None:
    await bot("sendMessage", chat_id=ann.id, **reply("tea", {"text": "cake"}))
    keyboard = await ann.keyboard()
    assert keyboard is not None
    assert keyboard["markup"] == {"keyboard": [[{"text": "tea"}, {"text": "cake"}]]}
    assert (await ann.tap("tea")).text == "tea"


async def test_a_reply_keyboard_is_for_persons_to_see(bot: BotSide, ann: Person) -> None:
    message = reply(
        {"text": "tea", "style": "primary"},
        {"text": "me", "request_contact": True},
        is_persistent=True,
        input_field_placeholder="say it",
    )
    sent = await bot("sendMessage", chat_id=ann.id, **message)
    assert "reply_markup" not in sent
    keyboard = (await ann.messages())[-1].keyboard
    assert keyboard is not None
    assert keyboard.json == message["reply_markup"]


async def test_other_markups_are_taken(bot: BotSide, ann: Person) -> None:
    for markup in ({"remove_keyboard": True}, {"force_reply": True, "selective": True}):
        await bot("sendMessage", chat_id=ann.id, text="t", reply_markup=markup)
        keyboard = (await ann.messages())[-1].keyboard
        assert keyboard is not None
        assert keyboard.json == markup


@pytest.mark.parametrize(
    ("kind", "refusal"),
    [
        ({"request_contact": True}, "phone number can be requested in private chats only"),
        ({"request_location": True}, "location can be requested in private chats only"),
        ({"request_poll": {}}, "poll can be requested in private chats only"),
        ({"request_users": {"request_id": 1}}, "users can be requested in private chats only"),
        (
            {"request_chat": {"request_id": 1, "chat_is_channel": False}},
            "chats can be requested in private chats only",
        ),
        (
            {"web_app": {"url": "https://tea.example/"}},
            "Web App buttons can be used in private chats only",
        ),
    ],
)
async def test_requests_are_for_private_chats(
    bot: BotSide, ann: Person, group: Group, kind: Json, refusal: str
) -> None:
    message = reply({"text": "a", **kind})
    await bot("sendMessage", chat_id=ann.id, **message)
    refused = await bot.refused("sendMessage", chat_id=group.id, **message)
    assert refused == f"Bad Request: {refusal}"


async def test_a_bad_reply_keyboard_is_refused(bot: BotSide, ann: Person) -> None:
    both = reply({"text": "a", "request_contact": True, "request_location": True})
    assert (await bot.refused("sendMessage", chat_id=ann.id, **both)).startswith("Bad Request")
    pink = reply({"text": "a", "style": "pink"})
    assert (await bot.refused("sendMessage", chat_id=ann.id, **pink)).endswith("style specified")
    long = reply({"text": "a"}, input_field_placeholder="a" * 65)
    assert (await bot.refused("sendMessage", chat_id=ann.id, **long)).startswith("Bad Request")
