"""Reply buttons that ask for a location, a contact, a poll, people, chats, a bot or an app's data.

dialogs/special_answers.py replies to what people send, and keeps nothing of it. The dialog keeps
the request ids only, which tie an answer to its question.
"""

from functools import partial
from random import SystemRandom
from typing import Any

from aiogram import Bot
from aiogram.enums import ContentType
from aiogram.types import (
    ChatAdministratorRights,
    KeyboardButtonRequestChat,
    KeyboardButtonRequestManagedBot,
    KeyboardButtonRequestUsers,
)
from aiogram_dialog import Data, Dialog, DialogManager
from aiogram_dialog.widgets.input import MessageInput
from aiogram_dialog.widgets.kbd import (
    Cancel,
    RequestContact,
    RequestLocation,
    RequestPoll,
    Row,
    WebApp,
)
from aiogram_dialog.widgets.text import Format
from magic_filter import F

from dialogs.special_answers import (
    CHATS,
    PEOPLE,
    SpecialData,
    take_bot,
    take_chat,
    take_contact,
    take_data,
    take_location,
    take_poll,
    take_users,
)
from locales import Texts
from signed.passes import Pass
from states import SpecialButtons
from widgets.dialog_data import data_of
from widgets.reply import ReplyWindow
from widgets.requests import REQUESTS_KEY, RequestChat, RequestManagedBot, RequestUsers
from widgets.services import person_of, services_of
from widgets.text import T

NEW_BOT = "bot"
"""Id of the button that asks for a bot."""

REQUEST_ID_MAX = 2**31 - 1
"""Request ids are signed 32-bit numbers (Bot API, KeyboardButtonRequestUsers)."""

RIGHTS = ChatAdministratorRights(
    is_anonymous=False,
    can_manage_chat=True,
    can_delete_messages=False,
    can_manage_video_chats=False,
    can_restrict_members=False,
    can_promote_members=False,
    can_change_info=False,
    can_invite_users=True,
    can_post_stories=False,
    can_edit_stories=False,
    can_delete_stories=False,
    can_send_welcome_messages=False,
)
"""The rights that person and bot need in a group that the person created."""


async def begin(_start: Data, manager: DialogManager) -> None:
    """Choose random request ids, so that answers to questions of an earlier dialog do not fit."""
    questions = (*PEOPLE, *CHATS, NEW_BOT)
    ids = SystemRandom().sample(range(1, REQUEST_ID_MAX + 1), k=len(questions))
    data_of(manager, SpecialData)["requests"] = dict(zip(questions, ids, strict=True))


async def get_offer(
    dialog_manager: DialogManager,
    bot: Bot,
    web_app_url: str | None,
    totals_url: str | None,
    texts: Texts,
    **_: object,
) -> dict[str, Any]:
    """Give the request ids, and which buttons show."""
    me = await bot.me()
    # From a reply keyboard, Telegram does not tell a page who opens it, so the address does.
    person_pass = Pass(person_of(dialog_manager).id, texts.language)
    issued = services_of(dialog_manager).passes.issue(person_pass)
    return {
        REQUESTS_KEY: data_of(dialog_manager, SpecialData)["requests"],
        "can_manage_bots": bool(me.can_manage_bots),
        "web_app_url": web_app_url and f"{web_app_url}?language={texts.language}",
        "totals_url": totals_url and f"{totals_url}?pass={issued}",
    }


window = ReplyWindow(
    T("special-title"),
    T("special-no-bots", when=~F["can_manage_bots"]),
    T("special-no-app", when=~F["web_app_url"]),
    Row(
        RequestLocation(T("special-ask-location")),
        RequestContact(T("special-ask-contact")),
    ),
    Row(
        RequestPoll(T("special-ask-poll"), "regular"),
        RequestPoll(T("special-ask-quiz"), "quiz"),
        RequestPoll(T("special-ask-either")),
    ),
    Row(
        RequestUsers(
            T("special-ask-people"),
            id="people",
            request=partial(
                KeyboardButtonRequestUsers,
                user_is_bot=False,
                max_quantity=PEOPLE["people"],
                request_name=True,
                request_username=True,
                request_photo=True,
            ),
        ),
        RequestUsers(
            T("special-ask-bots"),
            id="bots",
            request=partial(
                KeyboardButtonRequestUsers,
                user_is_bot=True,
                request_name=True,
                request_username=True,
            ),
        ),
        RequestUsers(
            T("special-ask-premium"),
            id="premium",
            request=partial(KeyboardButtonRequestUsers, user_is_premium=True, request_name=True),
        ),
    ),
    Row(
        RequestChat(
            T("special-ask-group"),
            id="group",
            request=partial(KeyboardButtonRequestChat, chat_is_channel=False, request_title=True),
        ),
        RequestChat(
            T("special-ask-forum"),
            id="forum",
            request=partial(
                KeyboardButtonRequestChat,
                chat_is_channel=False,
                chat_is_forum=True,
                request_title=True,
            ),
        ),
    ),
    Row(
        RequestChat(
            T("special-ask-channel"),
            id="channel",
            request=partial(
                KeyboardButtonRequestChat,
                chat_is_channel=True,
                request_title=True,
                request_username=True,
            ),
        ),
        RequestChat(
            T("special-ask-own"),
            id="own",
            request=partial(
                KeyboardButtonRequestChat,
                chat_is_channel=False,
                chat_is_created=True,
                user_administrator_rights=RIGHTS,
                bot_administrator_rights=RIGHTS,
                request_title=True,
            ),
        ),
    ),
    Row(
        RequestManagedBot(
            T("special-ask-bot"),
            id=NEW_BOT,
            request=partial(KeyboardButtonRequestManagedBot, suggested_name="Tally"),
            when="can_manage_bots",
        ),
    ),
    Row(
        WebApp(T("special-ask-app"), url=Format("{web_app_url}"), when="web_app_url"),
        WebApp(T("page-open"), url=Format("{totals_url}"), when="totals_url"),
    ),
    Cancel(T("back")),
    MessageInput(take_location, ContentType.LOCATION),
    MessageInput(take_contact, ContentType.CONTACT),
    MessageInput(take_poll, ContentType.POLL),
    MessageInput(take_users, ContentType.USERS_SHARED),
    MessageInput(take_chat, ContentType.CHAT_SHARED),
    MessageInput(take_bot, ContentType.MANAGED_BOT_CREATED),
    MessageInput(take_data, ContentType.WEB_APP_DATA),
    state=SpecialButtons.asking,
)

dialog = Dialog(
    window,
    on_start=begin,
    getter=get_offer,
    preview_data={
        REQUESTS_KEY: dict.fromkeys((*PEOPLE, *CHATS, NEW_BOT), 1),
        "can_manage_bots": True,
        "web_app_url": "https://example.org/app",
        "totals_url": "https://example.org/totals",
    },
)
