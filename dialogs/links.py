"""Links: buttons that the person's client handles without the bot."""

from functools import partial
from typing import Any, TypedDict

from aiogram import Bot
from aiogram.types import User
from aiogram_dialog import Data, Dialog, DialogManager
from aiogram_dialog.widgets.kbd import Cancel, CopyText, LoginURLButton, Row, Start, Url, WebApp
from aiogram_dialog.widgets.text import Const, Format
from magic_filter import F

from durable_dialogs import ask
from locales import Texts
from states import Links, Share
from widgets.access import ANONYMOUS
from widgets.dialog_data import data_of
from widgets.disabled import Disabled
from widgets.services import bot_of, is_private, person_of
from widgets.text import T
from widgets.window import Window

PATIENCE = 5
"""Seconds to wait for Telegram to tell if a button may lead to a profile."""


class LinksData(TypedDict, total=False):
    """What the dialog keeps.

    Attributes:
        person: The id of the person who opened it, in digits.
        linked: Whether a button may lead to the person's profile.
    """

    person: str
    linked: bool


async def begin(_start: Data, manager: DialogManager) -> None:
    """Note who opens the window, and whether a button may lead to their profile."""
    person, data = person_of(manager), data_of(manager, LinksData)
    linked = await _may_be_linked(bot_of(manager), person)
    data["person"] = str(person.id)
    data["linked"] = linked


async def _may_be_linked(bot: Bot, person: User) -> bool:
    """Ask Telegram whether a button may lead to a person's profile; no, if it does not answer.

    Telegram refuses the whole message if a button may not (Bot API, InlineKeyboardButton). A
    person may forbid it after this question; the engine then disables the button
    (durable_dialogs/drawing/refused_buttons.py).
    """
    if person.id in ANONYMOUS:
        return False
    chat = await ask(partial(bot.get_chat, person.id), within=PATIENCE)
    return chat is not None and not chat.has_private_forwards


async def get_links(
    dialog_manager: DialogManager,
    web_app_url: str | None,
    login_url: str | None,
    texts: Texts,
    **_: object,
) -> dict[str, Any]:
    """Give the links of the buttons; the pages speak the person's language."""
    alone = is_private(dialog_manager)
    language = f"?language={texts.language}"
    return {
        **data_of(dialog_manager, LinksData),
        "web_app_url": web_app_url + language if web_app_url and alone else None,
        "login_url": login_url and login_url + language,
        "pages_missing": login_url is None,
        "domain_needed": login_url is not None and login_url.startswith("https://"),
        "app_elsewhere": not alone and web_app_url is not None,
    }


window = Window(
    T("links-title"),
    T("links-profile-note"),
    T("links-domain-note", when=F["domain_needed"]),
    T("links-no-pages", when=F["pages_missing"]),
    T("links-app-elsewhere", when=F["app_elsewhere"]),
    Row(
        Url(T("links-page"), Const("https://github.com")),
        Url(T("links-channel"), Const("tg://resolve?domain=telegram")),
    ),
    Row(
        Url(T("links-profile"), Format("tg://user?id={person}"), when=F["linked"]),
        Disabled(T("links-profile"), when=~F["linked"]),
        CopyText(T("links-copy"), Format("{person}")),
    ),
    LoginURLButton(
        T("links-login"), Format("{login_url}"), request_write_access=True, when=F["login_url"]
    ),
    WebApp(T("special-ask-app"), Format("{web_app_url}"), when=F["web_app_url"]),
    Start(T("links-share"), id="share", state=Share.main),
    Cancel(T("back")),
    state=Links.list,
)

dialog = Dialog(
    window,
    on_start=begin,
    getter=get_links,
    preview_data={
        "person": "1000001",
        "linked": True,
        "web_app_url": "https://example.org/app",
        "login_url": "https://example.org/login",
        "pages_missing": True,
        "domain_needed": True,
        "app_elsewhere": True,
    },
)
