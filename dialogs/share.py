"""Links to pass on; each opens a counter or totals for the person who follows it."""

from typing import Any, TypedDict
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
from dialogs.counter_data import STEPS
from signed.deep_links import CounterLink, Link, PayloadError, TotalsLink, encode
from states import Share
from widgets.dialog_data import data_of, start_of
from widgets.notice import Notice
from widgets.services import preferences_of
from widgets.text import T
from widgets.window import Window

SHARE = "https://t.me/share/url"
"""Telegram's page to send a link to a chat."""

TOTALS = "totals"
"""Value of `opens` for totals; for counters it is their kind."""


class ShareStart(TypedDict, total=False):
    """What the dialog is started with.

    Attributes:
        label: The name that the counter shall have.
    """

    label: str | None


class ShareData(TypedDict, total=False):
    """What the dialog keeps.

    Attributes:
        opens: What the link opens: a `Kind`, as text, or `TOTALS`.
        label: The name of the counter or of the totals.
    """

    opens: str
    label: str | None


async def begin(_start: Data, manager: DialogManager) -> None:
    """Begin with a link to a counter.

    Raises:
        Notice: Its name is too long for a link.
    """
    chosen = _chosen(manager)
    chosen["opens"] = Kind.NUMBERS.value
    chosen["label"] = start_of(manager, ShareStart).get("label")
    _payload(manager)


async def get_links(
    dialog_manager: DialogManager, bot: Bot, totals_url: str | None, **_: object
) -> dict[str, Any]:
    """Give the links to what the person has chosen."""
    username, payload = str((await bot.me()).username), _payload(dialog_manager)
    chosen = _chosen(dialog_manager)
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
    """Choose what the link opens, by the button's id.

    Raises:
        Notice: The name is too long for such a link.
    """
    _chosen(manager)["opens"] = str(button.widget_id)
    _payload(manager)


async def name(
    _message: Message, _input: ManagedTextInput[str], manager: DialogManager, text: str, /
) -> None:
    """Give the link a name to open the counter or the totals with.

    Raises:
        Notice: The name is too long for a link.
    """
    _chosen(manager)["label"] = " ".join(text.split()) or None
    _payload(manager)


async def unname(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Remove the name."""
    _chosen(manager)["label"] = None


def _chosen(manager: DialogManager) -> ShareData:
    return data_of(manager, ShareData)


def _payload(manager: DialogManager) -> str:
    opens, label = _chosen(manager)["opens"], _chosen(manager)["label"]
    link: Link
    if opens == TOTALS:
        link = TotalsLink(label)
    elif opens == Kind.CUSTOM:
        own_steps = preferences_of(manager).steps
        link = CounterLink(Kind.CUSTOM, label, tuple(own_steps or STEPS[Kind.CUSTOM]))
    else:
        link = CounterLink(Kind(opens), label)
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
