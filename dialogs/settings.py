"""Settings: language, time zone, steps of the person's own counters, names of totals."""

import re
from datetime import UTC, datetime, tzinfo
from operator import itemgetter
from typing import Any

from aiogram import F
from aiogram.enums import ChatType, ContentType
from aiogram.types import CallbackQuery, Message
from aiogram_dialog import Dialog, DialogManager
from aiogram_dialog.widgets.input import MessageInput
from aiogram_dialog.widgets.kbd import Button, Cancel, Column, Row, Select, Start, SwitchTo
from aiogram_dialog.widgets.text import Format

from db.models import Kind
from db.preferences import Preferences
from dialogs.choices import choose, require_person
from dialogs.counter_data import STEPS
from durable_dialogs import unit_of_work
from locales import Catalog, Texts
from states import Settings, TimeZone, Totals
from widgets.access import in_private
from widgets.notice import Notice
from widgets.text import T
from widgets.window import Window

STEP_MAX = 1000
"""The largest step; the smallest is its negative."""

STEPS_MAX = 4
"""Steps that a counter may have."""

OFFERED_STEPS = ((-1, 1), (-5, -1, 1, 5), (-10, -1, 1, 10), (1, 2, 5, 10))
"""Steps that have a button; a person may type others."""

STEP = re.compile(r"[+-]?[0-9]{1,4}")
"""A typed step."""


async def get_settings(
    preferences: Preferences, texts: Texts, zone: tzinfo, **_: object
) -> dict[str, Any]:
    """Give what the person has chosen."""
    return {
        "language": texts.name,
        "spoken": preferences.chosen_language is None,
        "city": texts.city(preferences.time_zone) if preferences.time_zone else None,
        "now": texts.clock(datetime.now(UTC).astimezone(zone)),
        "steps": written(preferences.steps or STEPS[Kind.CUSTOM]),
        "names": bool(preferences.names_totals),
    }


async def get_languages(catalog: Catalog, **_: object) -> dict[str, Any]:
    """Give the languages to choose from, each by its name in that language."""
    return {"languages": [(code, catalog.speak(code).name) for code in catalog.languages]}


async def get_steps(**_: object) -> dict[str, Any]:
    """Give the steps to choose from."""
    offered = [(str(index), written(steps)) for index, steps in enumerate(OFFERED_STEPS)]
    # The limit in plain digits, because people type it like that.
    return {"offered": offered, "limit": str(STEP_MAX), "count": STEPS_MAX}


def written(steps: tuple[int, ...]) -> str:
    """Write steps as on their buttons: `-1 +1`."""
    return " ".join(f"{step:+d}" for step in steps)


def read_steps(text: str) -> tuple[int, ...] | None:
    """Read steps that a person has typed.

    Args:
        text: Any text. Steps are whole numbers with spaces or commas between them; a minus sign
            is as good as a hyphen.

    Returns:
        The steps in ascending order, or None if they are no numbers, not all different, 0, too
        many or too large.
    """
    numbers = text.replace("\N{MINUS SIGN}", "-").replace(",", " ").split()
    if not all(STEP.fullmatch(number) for number in numbers):
        return None
    steps = {int(number) for number in numbers}
    is_right = 1 <= len(numbers) == len(steps) <= STEPS_MAX
    if not is_right or 0 in steps or any(abs(step) > STEP_MAX for step in steps):
        return None
    return tuple(sorted(steps))


async def choose_language(
    _callback: CallbackQuery, _select: object, manager: DialogManager, code: str
) -> None:
    """Show all of the person's windows in a language."""
    await _speak(manager, code)


async def follow_client(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Show all of the person's windows in the language of their client."""
    await _speak(manager, None)


async def _speak(manager: DialogManager, code: str | None) -> None:
    await choose(manager, chosen_language=code)
    unit_of_work(manager).redraw_all_windows = True
    await manager.switch_to(Settings.main)


async def choose_steps(
    _callback: CallbackQuery, _select: object, manager: DialogManager, index: str
) -> None:
    """Give the person's next counters these steps; open counters keep theirs."""
    await choose(manager, steps=OFFERED_STEPS[int(index)])
    await manager.switch_to(Settings.main)


async def take_steps(message: Message, _input: MessageInput, manager: DialogManager) -> None:
    """Give the person's next counters the steps that the person has typed.

    Raises:
        Notice: `read_steps` can't read them.
    """
    steps = read_steps(message.text or "")
    if steps is None:
        raise Notice("steps-wrong", count=STEPS_MAX, limit=str(STEP_MAX))
    await choose(manager, steps=steps)
    await manager.switch_to(Settings.main)


async def choose_names(_callback: CallbackQuery, button: Button, manager: DialogManager) -> None:
    """Choose whether Tally asks for the names of totals."""
    await choose(manager, names_totals=button.widget_id == "ask")
    await manager.switch_to(Settings.main)


main_window = Window(
    T("settings-title"),
    T("settings-language-spoken", when="spoken"),
    T("settings-language-chosen", when=~F["spoken"]),
    T("settings-zone", when="city"),
    T("settings-zone-none", when=~F["city"]),
    T("settings-steps"),
    T("settings-named", when="names"),
    T("settings-unnamed", when=~F["names"]),
    Row(
        SwitchTo(T("settings-language"), id="language", state=Settings.language),
        Start(T("settings-time-zone"), id="zone", state=TimeZone.regions),
    ),
    Row(
        SwitchTo(T("settings-own-steps"), id="steps", state=Settings.steps),
        SwitchTo(T("settings-names"), id="names", state=Settings.names),
    ),
    Start(T("settings-data"), id="data", state=Totals.data, data={"alone": True}, when=in_private),
    Cancel(T("back")),
    state=Settings.main,
    getter=get_settings,
    preview_data={"language": "English", "city": "Paris", "now": "10:30", "steps": "-1 +1"},
)

language_window = Window(
    T("language-question"),
    Column(
        Select(
            Format("{item[1]}"),
            id="language",
            item_id_getter=itemgetter(0),
            items="languages",
            on_click=choose_language,
        ),
    ),
    Button(T("language-of-client"), id="client", on_click=follow_client),
    SwitchTo(T("back"), id="back", state=Settings.main),
    state=Settings.language,
    getter=get_languages,
    preview_data={"languages": [("en", "English"), ("ru", "Русский")]},
)

steps_window = Window(
    T("steps-question"),
    T("steps-typed", when=in_private),
    Column(
        Select(
            Format("{item[1]}"),
            id="steps",
            item_id_getter=itemgetter(0),
            items="offered",
            on_click=choose_steps,
        ),
    ),
    SwitchTo(T("back"), id="back", state=Settings.main),
    # Not in a group, because people talk to each other there.
    MessageInput(take_steps, ContentType.TEXT, F.chat.type == ChatType.PRIVATE),
    state=Settings.steps,
    getter=get_steps,
    preview_data={"offered": [("0", "-1 +1")], "limit": str(STEP_MAX), "count": STEPS_MAX},
)

names_window = Window(
    T("names-question"),
    Button(T("names-ask"), id="ask", on_click=choose_names),
    Button(T("names-leave"), id="leave", on_click=choose_names),
    SwitchTo(T("back"), id="back", state=Settings.main),
    state=Settings.names,
)

dialog = Dialog(main_window, language_window, steps_window, names_window, on_start=require_person)
