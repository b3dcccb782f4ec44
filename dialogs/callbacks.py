"""Callback buttons: every way to answer a press, side by side.

Telegram shows a spinner until the bot answers a press. Tally answers each press once, after the
commit. So a button that answers "before the work" leaves the work to later drawings.
"""

import asyncio
import time
from datetime import datetime
from secrets import randbelow
from typing import Any, TypedDict

from aiogram.enums import ButtonStyle
from aiogram.types import CallbackQuery
from aiogram.utils.deep_linking import create_deep_link
from aiogram_dialog import Dialog, DialogManager
from aiogram_dialog.widgets.kbd import Button, Cancel, ManagedCheckbox, Row, SwitchTo
from aiogram_dialog.widgets.style import Style
from magic_filter import F

from durable_dialogs import unit_of_work
from states import Callbacks
from widgets.dialog_data import data_of, widget_of
from widgets.disabled import Disabled
from widgets.services import bot_of, texts_of, zone_of
from widgets.switch import switch
from widgets.text import T
from widgets.window import Window
from widgets.zone import mark

CACHE = 10
"""Seconds for which a client caches the cached answer."""

WORK = 1.0
"""Seconds of the work before its answer."""

BREWING = 10
"""Seconds until the tea is ready."""

BAR = 10
"""Characters of the progress bar."""

RANDOM_MAX = 10
"""The largest random number; the smallest is 1."""

THUMB = "5368324170671202286"
"""A custom emoji, from the examples of the Bot API."""


class CallbacksData(TypedDict, total=False):
    """What the dialog keeps.

    Attributes:
        silent: How often the person pressed the button without an answer.
        begun: When the person put the tea on, a Unix time.
        number: The random number that was sent last.
    """

    silent: int
    begun: float
    number: int


class ShownFailureError(Exception):
    """Raised by a button, to show how Tally answers an error."""


async def get_answers(dialog_manager: DialogManager, **_: object) -> dict[str, Any]:
    """Give the number of silent presses, and the progress of the tea."""
    data = data_of(dialog_manager, CallbacksData)
    begun = data.get("begun")
    # At least 0, because another worker may draw this window and its clock may be behind.
    done = 1.0 if begun is None else min(max((time.time() - begun) / BREWING, 0.0), 1.0)
    filled = int(done * BAR)
    return {
        "silent": data.get("silent", 0),
        "brewed": begun is not None and done == 1,
        "brewing": done < 1,
        "bar": "▓" * filled + "░" * (BAR - filled),
        "percent": int(done * 100),
    }


async def get_number(dialog_manager: DialogManager, **_: object) -> dict[str, Any]:
    """Give the number that was sent last."""
    return {"number": data_of(dialog_manager, CallbacksData).get("number")}


async def get_icon(dialog_manager: DialogManager, **_: object) -> dict[str, bool]:
    """Tell whether the buttons have an icon."""
    return {"icon": widget_of(dialog_manager, "icon", ManagedCheckbox).is_checked()}


def say(manager: DialogManager, key: str, *, alert: bool = False, **arguments: str | float) -> None:
    """Answer a press with a text."""
    unit_of_work(manager).answer(texts_of(manager)(key, **arguments), alert=alert)


async def be_silent(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Only remove the spinner: the window shows the change."""
    data = data_of(manager, CallbacksData)
    data["silent"] = data.get("silent", 0) + 1


async def toast(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Show a text at the top of the chat for a moment."""
    say(manager, "callbacks-toasted")


async def alert(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Show a text that stays until the person closes it."""
    say(manager, "callbacks-alerted", alert=True)


async def remember(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Tell the time; the client caches the answer and repeats it without asking again."""
    zone = zone_of(manager)
    now = f"{datetime.now(zone):%H:%M:%S}{mark(zone)}"
    text = texts_of(manager)("callbacks-cached", time=now, seconds=CACHE)
    unit_of_work(manager).answer(text, cache_time=CACHE)


async def follow(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Open a link to this bot with a start parameter; Telegram allows no other."""
    me = await bot_of(manager).me()
    link = create_deep_link(str(me.username), "start", "callbacks")
    unit_of_work(manager).answer(url=link)


async def brew(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Put the tea on, answer, and let the window show the progress.

    The dialog keeps only when the tea was put on, because the progress follows from the time. So
    no task has to run on, and after a restart the window shows the right progress.
    """
    data_of(manager, CallbacksData)["begun"] = time.time()
    unit_of_work(manager).animated_for = BREWING
    say(manager, "callbacks-before")


async def work(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Answer after the work; until then the spinner turns and the chat's next update waits."""
    await asyncio.sleep(WORK)
    say(manager, "callbacks-after")


async def fail(_callback: CallbackQuery, _button: Button, _manager: DialogManager) -> None:
    """Fail; the person gets the answer to any error."""
    raise ShownFailureError


async def send_number(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Send a random number, and thank the person."""
    number = randbelow(RANDOM_MAX) + 1
    # Kept, so that a press that is delivered twice sends one number.
    data_of(manager, CallbacksData)["number"] = number
    if callback.message:
        unit_of_work(manager).call(callback.message.answer(str(number)))
    say(manager, "random-thanks", alert=True)


async def show_style(_callback: CallbackQuery, button: Button, manager: DialogManager) -> None:
    """Say which button the person pressed."""
    say(manager, "styles-pressed", label=await button.text.render_text({}, manager))


to_answers = SwitchTo(T("back"), id="back", state=Callbacks.answers)

answers_window = Window(
    T("callbacks-title"),
    T("callbacks-silent-count", when=F["silent"]),
    T("callbacks-brewing", when=F["brewing"]),
    T("callbacks-brewed", when=F["brewed"]),
    Row(
        Button(T("callbacks-silent"), id="silent", on_click=be_silent),
        Button(T("callbacks-toast"), id="toast", on_click=toast),
        Button(T("callbacks-alert"), id="alert", on_click=alert),
    ),
    Row(
        Button(T("callbacks-cache"), id="cache", on_click=remember),
        Button(T("callbacks-link"), id="link", on_click=follow),
    ),
    Row(
        Button(T("callbacks-brew"), id="brew", on_click=brew, when=~F["brewing"]),
        Disabled(T("callbacks-brew"), when=F["brewing"]),
        Button(T("callbacks-work"), id="work", on_click=work),
    ),
    Row(
        Button(T("callbacks-fail"), id="fail", on_click=fail),
        Disabled(T("callbacks-disabled")),
    ),
    Row(
        SwitchTo(T("callbacks-random"), id="random", state=Callbacks.random),
        SwitchTo(T("callbacks-styles"), id="styles", state=Callbacks.styles),
    ),
    Cancel(T("back")),
    state=Callbacks.answers,
    getter=get_answers,
    preview_data={
        "silent": 2,
        "brewing": True,
        "brewed": True,
        "bar": "▓▓▓▓░░░░░░",
        "percent": 40,
    },
)

random_window = Window(
    T("random-title"),
    T("random-last", when=F["number"]),
    Button(T("random-press"), id="press", on_click=send_number),
    to_answers,
    state=Callbacks.random,
    getter=get_number,
    preview_data={"number": 7},
)

styles_window = Window(
    T("styles-title"),
    Row(
        Button(
            T("styles-primary"),
            id="primary",
            on_click=show_style,
            style=Style(ButtonStyle.PRIMARY, THUMB, when="icon") | Style(ButtonStyle.PRIMARY),
        ),
        Button(
            T("styles-success"),
            id="success",
            on_click=show_style,
            style=Style(ButtonStyle.SUCCESS, THUMB, when="icon") | Style(ButtonStyle.SUCCESS),
        ),
    ),
    Row(
        Button(
            T("styles-danger"),
            id="danger",
            on_click=show_style,
            style=Style(ButtonStyle.DANGER, THUMB, when="icon") | Style(ButtonStyle.DANGER),
        ),
        Button(
            T("styles-plain"),
            id="plain",
            on_click=show_style,
            style=Style(emoji_id=THUMB, when="icon"),
        ),
    ),
    switch("icon", "switch-icon"),
    to_answers,
    state=Callbacks.styles,
    getter=get_icon,
    preview_data={"icon": True},
)

dialog = Dialog(answers_window, random_window, styles_window)
