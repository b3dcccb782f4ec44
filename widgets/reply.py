"""Windows with a reply keyboard.

aiogram-dialog marks its reply buttons with invisible characters, and a press sends them in a
message. Here a press sends the plain text, as a person would type it, and the window finds the
button by its words.
"""

import unicodedata
from typing import Any

from aiogram.fsm.state import State
from aiogram.types import (
    CallbackQuery,
    InlineKeyboardButton,
    KeyboardButton,
    Message,
    ReplyKeyboardMarkup,
)
from aiogram_dialog import DialogManager, DialogProtocol
from aiogram_dialog.api.internal import DataGetter, RawKeyboard, TextWidget
from aiogram_dialog.api.internal.widgets import MarkupFactory
from aiogram_dialog.widgets.common import Whenable
from aiogram_dialog.widgets.input import BaseInput
from aiogram_dialog.widgets.kbd import Keyboard
from typing_extensions import override

from widgets.notice import Notice
from widgets.text import T
from widgets.window import Window

Flag = bool | str
"""Whether an option is on: a constant, or the key of the window's data that tells it."""

ORNAMENTS = {"So", "Sk", "Mn", "Me", "Cf"}
"""Unicode's categories of the characters in emoji: symbols, modifiers, marks, joiners."""


def words(text: str) -> str:
    """Reduce a text to its words, so that a button can also be typed by hand.

    Case, spaces, emoji and the forms of a character make no difference.

    Args:
        text: A button's text, or a message's.

    Returns:
        The words; "" if the text has none.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = (each for each in folded if unicodedata.category(each) not in ORNAMENTS)
    return " ".join("".join(kept).split())


class ReplyKeyboard(MarkupFactory):
    """Makes a reply keyboard of a window's buttons (Bot API, ReplyKeyboardMarkup).

    Args:
        placeholder: Shows in the empty input field, 1 to 64 characters.
        resize: Whether the keyboard is only as high as its buttons need.
        one_time: Whether clients hide the keyboard after a press.
        persistent: Whether clients always show the keyboard.
    """

    def __init__(
        self,
        placeholder: TextWidget | None = None,
        *,
        resize: Flag = True,
        one_time: Flag = False,
        persistent: Flag = False,
    ) -> None:
        self.placeholder = placeholder
        self.resize = resize
        self.one_time = one_time
        self.persistent = persistent

    async def render_markup(
        self, data: dict[str, Any], manager: DialogManager, keyboard: RawKeyboard
    ) -> ReplyKeyboardMarkup:
        """Make the keyboard; see `MarkupFactory`."""
        placeholder = self.placeholder and await self.placeholder.render_text(data, manager)
        return ReplyKeyboardMarkup(
            keyboard=[[_plain(button) for button in row] for row in keyboard],
            resize_keyboard=_is_on(self.resize, data),
            one_time_keyboard=_is_on(self.one_time, data),
            is_persistent=_is_on(self.persistent, data),
            input_field_placeholder=placeholder or None,
        )


PLAIN = ReplyKeyboard()
"""A keyboard without options."""

UNKNOWN_KEY = "reply_unknown"
"""Key of the middlewares' data, set if no button and no input takes the update's message."""


def is_unknown(_data: dict[str, Any], _widget: Whenable, manager: DialogManager) -> bool:
    """Tell whether no button and no input takes the message: a condition for `when`."""
    return bool(manager.middleware_data.get(UNKNOWN_KEY))


class ReplyWindow(Window):
    """A window with a reply keyboard, for the default stack of a private chat only.

    It takes aiogram-dialog's own widgets. A message with the words of a button that the window
    offers now is a press of it: `on_click` gets a callback query with an empty id, whose message
    is the person's. If no button and no input takes a message, the window is sent again and says
    so, because the person may have lost the keyboard or see it in another language.

    Args:
        widgets: As in every window; inputs get the messages that are no press.
        state: As in every window.
        keyboard: Makes the keyboard.
        getter: As in every window.
        preview_data: As in every window.
    """

    def __init__(
        self,
        *widgets: TextWidget | Keyboard | BaseInput,
        state: State,
        keyboard: ReplyKeyboard = PLAIN,
        getter: DataGetter | None = None,
        preview_data: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(
            T("reply-unknown", when=is_unknown),
            *widgets,
            state=state,
            markup_factory=keyboard,
            getter=getter,
            preview_data=preview_data,
        )

    async def process_message(
        self, message: Message, dialog: DialogProtocol, manager: DialogManager
    ) -> bool:
        """Process a message as a press of its button, else by the window's inputs."""
        press = await self._press(message, dialog, manager)
        if press and await self.keyboard.process_callback(press, dialog, manager):
            return True
        if self.on_message and await self.on_message.process_message(message, dialog, manager):
            return True
        manager.middleware_data[UNKNOWN_KEY] = True
        return True

    @override
    async def process_callback(
        self,
        callback: CallbackQuery,
        dialog: DialogProtocol,
        manager: DialogManager,
    ) -> bool:
        """Refuse a callback query: only a modified client sends one here.

        Raises:
            Notice: Always.
        """
        raise Notice("notice-not-offered")

    async def _press(
        self, message: Message, dialog: DialogProtocol, manager: DialogManager
    ) -> CallbackQuery | None:
        said = words(message.text or "")
        if not said or message.from_user is None:
            return None
        data = await self.load_data(dialog, manager)
        for row in await self.keyboard.render_keyboard(data, manager):
            for button in row:
                if isinstance(button, InlineKeyboardButton) and words(button.text) == said:
                    return CallbackQuery(
                        id="",
                        from_user=message.from_user,
                        chat_instance="",
                        message=message,
                        data=button.callback_data,
                    )
        return None


def message_of(press: CallbackQuery) -> Message:
    """Give the message that pressed a button of a `ReplyWindow`.

    Raises:
        TypeError: The press is of an inline button, without a message that the bot can see.
    """
    if not isinstance(press.message, Message):
        raise TypeError("a press of a reply button has a message")
    return press.message


def _plain(button: InlineKeyboardButton | KeyboardButton) -> KeyboardButton:
    if isinstance(button, KeyboardButton):
        return button
    return KeyboardButton(
        text=button.text,
        style=button.style,
        icon_custom_emoji_id=button.icon_custom_emoji_id,
        web_app=button.web_app,
    )


def _is_on(flag: Flag, data: dict[str, Any]) -> bool:
    return bool(data.get(flag)) if isinstance(flag, str) else flag
