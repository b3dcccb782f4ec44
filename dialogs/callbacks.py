"""Callback buttons: every way to answer a press, side by side.

Telegram shows a spinner until a press is answered. Tally answers each once, after
its commit: so "before the work" means that the work goes on by itself.
"""

import asyncio
import time
from datetime import datetime
from secrets import randbelow
from typing import Any, cast

from aiogram import Bot
from aiogram.enums import ButtonStyle
from aiogram.types import CallbackQuery
from aiogram.utils.deep_linking import create_deep_link
from aiogram_dialog import Dialog, DialogManager
from aiogram_dialog.widgets.kbd import Button, Cancel, ManagedCheckbox, Row, SwitchTo
from aiogram_dialog.widgets.style import Style
from magic_filter import F

from durable_dialogs import UnitOfWork
from states import Callbacks
from widgets.disabled import Disabled
from widgets.switch import switch
from widgets.text import T
from widgets.window import Window
from widgets.zone import mark, zone_of

CACHE = 10
"""Seconds for which the remembered answer is remembered."""

WORK = 1.0
"""Seconds of the work that comes before its answer."""

BREWING = 10
"""Seconds that tea takes."""

BAR = 10
"""Characters of the progress bar."""

RANDOM_MAX = 10
"""The largest number that is sent; the smallest is 1."""

THUMB = "5368324170671202286"
"""A custom emoji, the one of the Bot API's own examples."""


class ShownFailureError(Exception):
    """What a button raises to show what the person sees then."""


async def get_answers(dialog_manager: DialogManager, **_: object) -> dict[str, Any]:
    """Give what the presses have come to, and how far the tea is."""
    data = dialog_manager.dialog_data
    begun = cast("float | None", data.get("begun"))
    # Not below 0: the clock of another machine, which draws on, may be behind.
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
    return {"number": dialog_manager.dialog_data.get("number")}


async def get_icon(dialog_manager: DialogManager, **_: object) -> dict[str, bool]:
    """Give whether the buttons have an icon."""
    checkbox = cast("ManagedCheckbox", dialog_manager.find("icon"))
    return {"icon": checkbox.is_checked()}


def say(manager: DialogManager, key: str, *, alert: bool = False, **arguments: str | float) -> None:
    """Answer a press with a text."""
    _transaction(manager).answer(_text(manager, key, **arguments), alert=alert)


async def be_silent(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Only take the spinner away: the window shows what the press has changed."""
    manager.dialog_data["silent"] = manager.dialog_data.get("silent", 0) + 1


async def toast(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Say something at the top of the chat, for a moment."""
    say(manager, "callbacks-toasted")


async def alert(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Say something that stays until it is closed."""
    say(manager, "callbacks-alerted", alert=True)


async def remember(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Tell the time, which the person's client then repeats without asking again."""
    zone = zone_of(manager)
    now = f"{datetime.now(zone):%H:%M:%S}{mark(zone)}"
    text = _text(manager, "callbacks-cached", time=now, seconds=CACHE)
    _transaction(manager).answer(text, cache_time=CACHE)


async def follow(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Open a link: of this bot with a start parameter, Telegram allows no other."""
    bot: Bot = manager.middleware_data["bot"]
    me = await bot.me()
    link = create_deep_link(cast("str", me.username), "start", "callbacks")
    _transaction(manager).answer(url=link)


async def brew(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Begin, answer, and let the window show how far it is.

    Only the beginning is kept, as the rest follows from the time: so nothing has to
    go on while the bot is away, and a bot that comes back draws what is true then.
    """
    manager.dialog_data["begun"] = time.time()
    _transaction(manager).moves_for = BREWING
    say(manager, "callbacks-before")


async def work(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Answer when all is done; the spinner turns, and this chat's next update waits."""
    await asyncio.sleep(WORK)
    say(manager, "callbacks-after")


async def fail(_callback: CallbackQuery, _button: Button, _manager: DialogManager) -> None:
    """Break down; the answer is the one to any error."""
    raise ShownFailureError


async def send_number(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Send a number, and thank."""
    number = randbelow(RANDOM_MAX) + 1
    # Kept, so that a press that is delivered again sends no other.
    manager.dialog_data["number"] = number
    if callback.message:
        _transaction(manager).call(callback.message.answer(str(number)))
    say(manager, "random-thanks", alert=True)


async def show_style(_callback: CallbackQuery, button: Button, manager: DialogManager) -> None:
    """Say which button was pressed."""
    say(manager, "styles-pressed", label=await button.text.render_text({}, manager))


def _text(manager: DialogManager, key: str, **arguments: str | float) -> str:
    return str(manager.middleware_data["texts"](key, **arguments))


def _transaction(manager: DialogManager) -> UnitOfWork:
    transaction: UnitOfWork = manager.middleware_data["transaction"]
    return transaction


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
