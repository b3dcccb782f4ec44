"""Reply keyboards: templates of messages and their options, forced replies, styles.

A message has either an inline or a reply keyboard, and an edit can add only an inline one. So a
window with a reply keyboard is a message of its own, and the list of windows, which has an inline
keyboard, is sent anew after it. How the keyboard goes depends on how the person leaves:

- The reply to a choice removes the keyboard; question and answer stay.
- Back and commands get no reply. The engine deletes the window's message, and its keyboard goes
  with it (`durable_dialogs.drawing.message_manager`). Telegram lets a bot delete messages for 48
  hours; later the first press on the keyboard removes it (handlers/strays.py).
"""

from aiogram.enums import ButtonStyle, ContentType
from aiogram.types import CallbackQuery, Message, ReplyKeyboardRemove
from aiogram_dialog import Dialog, DialogManager
from aiogram_dialog.widgets.input import MessageInput
from aiogram_dialog.widgets.kbd import (
    Button,
    Cancel,
    ManagedCheckbox,
    Row,
    Start,
    SwitchTo,
)
from aiogram_dialog.widgets.markup.force_reply import ForceReplyFactory
from aiogram_dialog.widgets.style import Style

from durable_dialogs import open_beside, unit_of_work
from states import Example, ReplyBuilder, ReplyKeyboards
from widgets.answers import answer
from widgets.dialog_data import widget_of
from widgets.notice import Notice
from widgets.reply import ReplyKeyboard, ReplyWindow, message_of
from widgets.services import texts_of
from widgets.switch import switch
from widgets.text import T
from widgets.window import Window

SERVED = {"with": "cutlets-served-with", "without": "cutlets-served-without"}
"""Keys of the replies to the choice about the cutlets, by the buttons' ids."""

SWITCHES = ("resize", "one_time", "persistent", "placeholder")
"""Ids of the switches, each an option of the cutlets' keyboard."""

NAME_MAX = 64
"""Characters that the name may have."""

THUMB = "5368324170671202286"
"""A custom emoji, from the examples of the Bot API."""


async def serve(callback: CallbackQuery, button: Button, manager: DialogManager) -> None:
    """Reply to the choice about the cutlets."""
    await conclude(manager, message_of(callback), SERVED[str(button.widget_id)])


async def conclude(
    manager: DialogManager, message: Message, key: str, **arguments: str | float
) -> None:
    """Send a reply that removes the keyboard, and then the list of windows anew."""
    answer(manager, message, key, markup=ReplyKeyboardRemove(), **arguments)
    stack = manager.current_stack()
    stack.last_message_id, stack.last_reply_keyboard = None, False
    unit_of_work(manager).redraws.append(stack.id)
    await manager.switch_to(ReplyKeyboards.list)


async def get_switches(dialog_manager: DialogManager, **_: object) -> dict[str, bool]:
    """Tell which options of the keyboard are on."""
    return {name: is_checked(dialog_manager, name) for name in SWITCHES}


def is_checked(manager: DialogManager, name: str) -> bool:
    """Tell whether a switch is on."""
    return widget_of(manager, name, ManagedCheckbox).is_checked()


async def take_name(message: Message, _input: MessageInput, manager: DialogManager) -> None:
    """Take the name from the forced reply.

    Raises:
        Notice: The name is too long.
    """
    name = " ".join((message.text or "").split())
    if len(name) > NAME_MAX:
        raise Notice("naming-too-long", limit=NAME_MAX)
    await conclude(manager, message, "naming-named", name=name)


async def get_icon(dialog_manager: DialogManager, **_: object) -> dict[str, bool]:
    """Tell whether the buttons have an icon."""
    return {"icon": is_checked(dialog_manager, "icon")}


async def echo(callback: CallbackQuery, button: Button, manager: DialogManager) -> None:
    """Say which text the press has sent; the keyboard stays."""
    label = await button.text.render_text({}, manager)
    answer(manager, message_of(callback), "reply-echo", label=label)


async def show_both(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Open an inline keyboard on a message of its own, and a reply keyboard in this dialog."""
    await open_beside(manager, f"q{callback.id}", Example.inline, {})
    await manager.switch_to(ReplyKeyboards.example)


async def explain(_callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Say that an inline button sends no message."""
    unit_of_work(manager).answer(texts_of(manager)("example-pressed"))


to_list = SwitchTo(T("back"), id="back", state=ReplyKeyboards.list)


list_window = Window(
    T("reply-title"),
    Row(
        SwitchTo(T("reply-cutlets"), id="cutlets", state=ReplyKeyboards.cutlets),
        Start(T("reply-builder"), id="builder", state=ReplyBuilder.size),
    ),
    Row(
        SwitchTo(T("reply-naming"), id="naming", state=ReplyKeyboards.naming),
        SwitchTo(T("reply-styles"), id="styles", state=ReplyKeyboards.styles),
    ),
    Button(T("reply-example"), id="example", on_click=show_both),
    Cancel(T("back")),
    state=ReplyKeyboards.list,
)

cutlets_window = ReplyWindow(
    T("cutlets-question"),
    T("cutlets-switches"),
    Row(
        Button(T("cutlets-with"), id="with", on_click=serve),
        Button(T("cutlets-without"), id="without", on_click=serve),
    ),
    Row(
        switch("resize", "switch-resize", default=True),
        switch("one_time", "switch-once"),
    ),
    Row(
        switch("persistent", "switch-persistent"),
        switch("placeholder", "switch-placeholder", default=True),
    ),
    to_list,
    state=ReplyKeyboards.cutlets,
    keyboard=ReplyKeyboard(
        T("cutlets-placeholder", when="placeholder"),
        resize="resize",
        one_time="one_time",
        persistent="persistent",
    ),
    getter=get_switches,
    preview_data=dict.fromkeys(SWITCHES, True),
)

naming_window = Window(
    T("naming-question"),
    MessageInput(take_name, ContentType.TEXT),
    state=ReplyKeyboards.naming,
    markup_factory=ForceReplyFactory(T("naming-placeholder")),
)

styles_window = ReplyWindow(
    T("styles-title"),
    Row(
        Button(
            T("styles-primary"),
            id="primary",
            on_click=echo,
            style=Style(ButtonStyle.PRIMARY, THUMB, when="icon") | Style(ButtonStyle.PRIMARY),
        ),
        Button(T("styles-success"), id="success", on_click=echo, style=Style(ButtonStyle.SUCCESS)),
    ),
    Row(
        Button(T("styles-danger"), id="danger", on_click=echo, style=Style(ButtonStyle.DANGER)),
        Button(T("styles-plain"), id="plain", on_click=echo),
    ),
    switch("icon", "switch-icon"),
    to_list,
    state=ReplyKeyboards.styles,
    getter=get_icon,
    preview_data={"icon": True},
)

example_window = ReplyWindow(
    T("example-reply"),
    Button(T("example-reply-button"), id="regular", on_click=echo),
    to_list,
    state=ReplyKeyboards.example,
)

dialog = Dialog(
    list_window,
    cutlets_window,
    naming_window,
    styles_window,
    example_window,
)

example_dialog = Dialog(
    Window(
        T("example-inline"),
        Button(T("example-inline-button"), id="inline", on_click=explain),
        state=Example.inline,
    )
)
