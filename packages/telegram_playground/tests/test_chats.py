"""Information about chats, and the bot's profile."""

import pytest
from aiogram import types

from playground_support.bot_side import BotSide, Json
from telegram_playground import Group, Person, Playground


async def test_get_me_tells_what_a_bot_can_do(playground: Playground, bot: BotSide) -> None:
    me = types.User.model_validate(await bot("getMe"))
    assert (me.id, me.is_bot, me.username) == (123, True, "tea_bot")
    assert (me.can_join_groups, me.can_read_all_group_messages) == (True, False)
    assert me.supports_inline_queries is False
    assert playground.bot.can_join_groups is None


async def test_get_chat_gives_the_full_information(bot: BotSide, ann: Person, group: Group) -> None:
    private = types.ChatFullInfo.model_validate(await bot("getChat", chat_id=ann.id))
    assert (private.type, private.first_name) == ("private", "Ann")
    public = types.ChatFullInfo.model_validate(await bot("getChat", chat_id=group.id))
    assert (public.type, public.title) == ("supergroup", "Friends")
    assert await bot.refused("getChat", chat_id=5) == "Bad Request: chat not found"


async def test_nobody_has_a_profile_photo(bot: BotSide, ann: Person) -> None:
    photos = await bot("getUserProfilePhotos", user_id=ann.id)
    assert photos == {"total_count": 0, "photos": []}
    refused = await bot.refused("getUserProfilePhotos", user_id=5)
    assert refused == "Bad Request: user not found"


async def test_members_of_a_group(
    playground: Playground, bot: BotSide, ann: Person, boris: Person, group: Group
) -> None:
    statuses = {}
    for user_id in (ann.id, boris.id, playground.bot.id):
        member = await bot("getChatMember", chat_id=group.id, user_id=user_id)
        statuses[user_id] = member["status"]
    assert list(statuses.values()) == ["creator", "member", "member"]
    assert await bot("getChatMemberCount", chat_id=group.id) == 3
    await group.set_role(boris, "left")
    assert await bot("getChatMemberCount", chat_id=group.id) == 2
    left = await bot("getChatMember", chat_id=group.id, user_id=boris.id)
    assert left["status"] == "left"
    refused = await bot.refused("getChatMember", chat_id=group.id, user_id=5)
    assert refused == "Bad Request: user not found"


@pytest.mark.parametrize(
    ("role", "model"),
    [
        ("creator", types.ChatMemberOwner),
        ("administrator", types.ChatMemberAdministrator),
        ("member", types.ChatMemberMember),
        ("left", types.ChatMemberLeft),
        ("kicked", types.ChatMemberBanned),
    ],
)
async def test_a_member_is_an_object_that_aiogram_reads(
    bot: BotSide, boris: Person, group: Group, role: str, model: type[types.ChatMember]
) -> None:
    await group.set_role(boris, role)
    model.model_validate(await bot("getChatMember", chat_id=group.id, user_id=boris.id))


async def test_administrators_of_a_group(
    bot: BotSide, ann: Person, boris: Person, group: Group
) -> None:
    await group.set_role(boris, "administrator")
    leaders = await bot("getChatAdministrators", chat_id=group.id)
    assert [leader["user"]["id"] for leader in leaders] == [ann.id, boris.id]
    refused = await bot.refused("getChatAdministrators", chat_id=ann.id)
    assert refused == "Bad Request: there are no administrators in the private chat"


async def test_a_private_chat_has_two_members(bot: BotSide, ann: Person) -> None:
    assert await bot("getChatMemberCount", chat_id=ann.id) == 2
    member = await bot("getChatMember", chat_id=ann.id, user_id=ann.id)
    assert member["status"] == "member"


async def test_a_chat_action_is_one_of_telegrams(bot: BotSide, ann: Person) -> None:
    assert await bot("sendChatAction", chat_id=ann.id, action="typing")
    refused = await bot.refused("sendChatAction", chat_id=ann.id, action="juggling")
    assert refused == "Bad Request: wrong parameter action in request"
    refused = await bot.refused("sendChatAction", chat_id=5, action="typing")
    assert refused == "Bad Request: chat not found"


async def test_close_and_log_out_just_work(bot: BotSide) -> None:
    assert await bot("close")
    assert await bot("logOut")
    assert await bot("getMe")


COMMANDS = [{"command": "tea", "description": "Makes tea"}]


async def test_commands_have_a_scope_and_a_language(bot: BotSide, ann: Person) -> None:
    scope = {"type": "chat", "chat_id": ann.id}
    await bot("setMyCommands", commands=COMMANDS)
    await bot("setMyCommands", commands=[], scope=scope)
    await bot("setMyCommands", commands=COMMANDS * 2, scope=scope, language_code="ru")
    assert await bot("getMyCommands") == COMMANDS
    assert await bot("getMyCommands", scope={"type": "default"}) == COMMANDS
    assert await bot("getMyCommands", scope=scope) == []
    text = {"type": "chat", "chat_id": str(ann.id)}
    assert await bot("getMyCommands", scope=text, language_code="ru") == COMMANDS * 2
    await bot("deleteMyCommands")
    assert await bot("getMyCommands") == []


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({"commands": [{"command": "/", "description": "a"}]}, "command must be non-empty"),
        (
            {"commands": [{"command": "a" * 33, "description": "a"}]},
            "command length must not exceed 32",
        ),
        ({"commands": [{"command": "Tea", "description": "a"}]}, "BOT_COMMAND_INVALID"),
        (
            {"commands": [{"command": "tea", "description": " "}]},
            "command description must be non-empty",
        ),
        (
            {"commands": [{"command": "tea", "description": "a" * 257}]},
            "command description length must not exceed 256",
        ),
        ({"commands": COMMANDS * 101}, "BOT_COMMANDS_TOO_MUCH"),
        (
            {"commands": COMMANDS, "language_code": "english"},
            "invalid language code specified",
        ),
        ({"commands": COMMANDS, "scope": {"type": "chat", "chat_id": 5}}, "chat not found"),
    ],
)
async def test_wrong_commands_are_refused(bot: BotSide, params: Json, refusal: str) -> None:
    assert await bot.refused("setMyCommands", **params) == f"Bad Request: {refusal}"


@pytest.mark.parametrize(
    ("name", "field", "longest", "unset"),
    [
        ("Name", "name", 64, "tea_bot"),
        ("Description", "description", 512, ""),
        ("ShortDescription", "short_description", 120, ""),
    ],
)
async def test_texts_have_a_language_and_a_length(
    bot: BotSide, name: str, field: str, longest: int, unset: str
) -> None:
    assert await bot(f"getMy{name}") == {field: unset}
    await bot(f"setMy{name}", **{field: "a" * longest})
    await bot(f"setMy{name}", **{field: "чай"}, language_code="ru")
    assert await bot(f"getMy{name}") == {field: "a" * longest}
    assert await bot(f"getMy{name}", language_code="ru") == {field: "чай"}
    assert await bot(f"getMy{name}", language_code="de") == {field: "a" * longest}
    refused = await bot.refused(f"setMy{name}", **{field: "a" * (longest + 1)})
    assert refused == f"Bad Request: {field.upper()}_TOO_LONG"
    await bot(f"setMy{name}")
    assert await bot(f"getMy{name}") == {field: unset}


async def test_the_menu_button_is_one_for_all_or_one_for_a_person(
    bot: BotSide, ann: Person, group: Group
) -> None:
    app = {"type": "web_app", "text": "Tea", "web_app": {"url": "https://tea.example/"}}
    assert await bot("getChatMenuButton") == {"type": "commands"}
    await bot("setChatMenuButton", chat_id=ann.id, menu_button=app)
    assert await bot("getChatMenuButton", chat_id=ann.id) == app
    assert await bot("getChatMenuButton") == {"type": "commands"}
    await bot("setChatMenuButton", chat_id=ann.id, menu_button={"type": "default"})
    assert await bot("getChatMenuButton", chat_id=ann.id) == {"type": "commands"}
    await bot("setChatMenuButton", menu_button=app)
    assert await bot("getChatMenuButton", chat_id=ann.id) == app
    assert await bot.refused("getChatMenuButton", chat_id=group.id) == "Bad Request: chat not found"
    app["web_app"] = {"url": "http://tea.example/"}
    refused = await bot.refused("setChatMenuButton", menu_button=app)
    assert refused == "Bad Request: BUTTON_URL_INVALID"
