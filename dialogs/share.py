"""Links that open something in Tally for whoever follows them, to be copied and passed on."""

from typing import Any, cast
from urllib.parse import urlencode

from aiogram import Bot
from aiogram.enums import ButtonStyle
from aiogram.types import CallbackQuery, Message
from aiogram.utils.deep_linking import create_deep_link
from aiogram_dialog import Data, Dialog, DialogManager
from aiogram_dialog.widgets.input import ManagedTextInput, TextInput
from aiogram_dialog.widgets.kbd import Button, Cancel, CopyText, Row, Url
from aiogram_dialog.widgets.style import Style
from aiogram_dialog.widgets.text import Format
from magic_filter import F

from db.models import Kind
from db.preferences import Preferences
from dialogs.counter import STEPS
from signed.deep_links import CounterLink, Link, PayloadError, TotalsLink, encode
from states import Share
from widgets.notice import Notice
from widgets.text import T
from widgets.window import Window

SHARE = "https://t.me/share/url"
"""Telegram's own page that asks whom to send a link to."""

TOTALS = "totals"
"""What opens totals; counters are opened by their kind."""


async def begin(start_data: Data, manager: DialogManager) -> None:
    """Begin with a link to a counter.

    Raises:
        Notice: Its label is too long for a link.
    """
    label = cast("dict[str, Any]", start_data or {}).get("label")
    manager.dialog_data.update(opens=Kind.NUMBERS.value, label=label)
    _payload(manager)


async def get_links(
    dialog_manager: DialogManager, bot: Bot, totals_url: str | None, **_: object
) -> dict[str, Any]:
    """Give the links as they are chosen."""
    username, payload = str((await bot.me()).username), _payload(dialog_manager)
    chosen = dialog_manager.dialog_data
    link = create_deep_link(username, "start", payload)
    into_group = create_deep_link(username, "startgroup", payload)
    app = create_deep_link(username, "startapp", payload)
    return {
        "link": link,
        "send": f"{SHARE}?{urlencode({'url': link})}",
        "into_group": into_group if chosen["opens"] != TOTALS else None,
        "app": app if totals_url and chosen["opens"] == TOTALS else None,
        "opens": chosen["opens"],
        "label": chosen["label"],
    }


async def choose(_callback: CallbackQuery, button: Button, manager: DialogManager) -> None:
    """Have the link open what the button names.

    Raises:
        Notice: The label is too long for such a link.
    """
    manager.dialog_data["opens"] = button.widget_id
    _payload(manager)


async def name(
    _message: Message, _input: ManagedTextInput[str], manager: DialogManager, text: str, /
) -> None:
    """Have the link name what is counted.

    Raises:
        Notice: The label is too long for a link.
    """
    manager.dialog_data["label"] = " ".join(text.split()) or None
    _payload(manager)


async def unname(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Take the label off."""
    manager.dialog_data["label"] = None


def _payload(manager: DialogManager) -> str:
    chosen, label = manager.dialog_data["opens"], manager.dialog_data["label"]
    link: Link
    if chosen == TOTALS:
        link = TotalsLink(label)
    elif chosen == Kind.CUSTOM:
        preferences: Preferences = manager.middleware_data["preferences"]
        link = CounterLink(Kind.CUSTOM, label, tuple(preferences.steps or STEPS[Kind.CUSTOM]))
    else:
        link = CounterLink(Kind(chosen), label)
    try:
        return encode(link)
    except PayloadError as error:
        raise Notice("share-too-long") from error


def _chooser(name: str, key: str) -> Button:
    return Button(
        T(key), id=name, on_click=choose, style=Style(ButtonStyle.SUCCESS, when=F["opens"] == name)
    )


window = Window(
    T("share-title"),
    T("share-opens"),
    T("counter-label", when=F["label"]),
    Format("<code>{link}</code>"),
    TextInput(id="label", on_success=name),
    Row(
        _chooser(Kind.NUMBERS.value, "menu-counter-one"),
        _chooser(Kind.NUMBERS_FAB.value, "menu-counter-two"),
    ),
    Row(
        _chooser(Kind.CUSTOM.value, "menu-counter-own"),
        _chooser(TOTALS, "menu-totals"),
    ),
    Button(T("share-unname"), id="unname", on_click=unname, when=F["label"]),
    Row(
        CopyText(T("share-copy"), Format("{link}")),
        Url(T("share-send"), Format("{send}")),
    ),
    Url(T("share-into-group"), Format("{into_group}"), when=F["into_group"]),
    CopyText(T("share-app"), Format("{app}"), when=F["app"]),
    Cancel(T("back")),
    state=Share.main,
)

dialog = Dialog(
    window,
    on_start=begin,
    getter=get_links,
    preview_data={
        "link": "https://t.me/tally?start=c-AHRlYQ",
        "send": "https://t.me/share/url",
        "into_group": "https://t.me/tally?startgroup=c-AHRlYQ",
        "app": "https://t.me/tally?startapp=t-AAAAdGVh",
        "opens": Kind.NUMBERS.value,
        "label": "tea",
    },
)
