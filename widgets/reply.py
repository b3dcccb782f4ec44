"""Windows whose buttons stand under the input field.

aiogram-dialog marks its reply buttons by invisible characters, which go into the
message that a press sends. Here a press sends the bare label, as a person would
type it, and the window finds the button by its words.
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
"""Whether an option is on: always or never, or as the field of that name in the window's data."""

ORNAMENTS = {"So", "Sk", "Mn", "Me", "Cf"}
"""Categories of Unicode that make up emoji: symbols, modifiers, marks, joiners."""


def words(text: str) -> str:
    """Reduce a text to its words, so that what is typed by hand is the same as a press.

    Case, spaces, emoji and the forms of a character make no difference.

    Args:
        text: A label, or what somebody has sent; nothing may be left of it.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = (sign for sign in folded if unicodedata.category(sign) not in ORNAMENTS)
    return " ".join("".join(kept).split())


class ReplyKeyboard(MarkupFactory):
    """Makes a reply keyboard of a window's buttons, whichever widgets they come from.

    Args:
        placeholder: Stands in the empty input field, 1 to 64 characters.
        resize: Whether the buttons are as low as their labels, not as high as a phone's keyboard.
        one_time: Whether the keyboard folds away after a press.
        persistent: Whether it can't be folded away while it is there.
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

UNKNOWN_KEY = "reply_unknown"
"""Where the middleware's data notes, for one update, that nothing takes its message."""


def is_unknown(_data: dict[str, Any], _widget: Whenable, manager: DialogManager) -> bool:
    """Tell whether nothing takes the message that is being handled: a condition for `when`."""
    return bool(manager.middleware_data.get(UNKNOWN_KEY))


class ReplyWindow(Window):
    """A window with a reply keyboard; the default stack of a private chat only.

    Its widgets are the library's own. A text with the words of a button that is
    offered to this person now is a press of it: `on_click` gets a callback query
    without an id whose message is the one that was sent. What nothing takes is told
    so above the window, which comes anew: the keyboard may be lost, by a history that
    was cleared, or speak another language.

    Args:
        widgets: As in every window; inputs get what is no press.
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
        """Let the pressed button process a message, else the window's inputs."""
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
        """Refuse: only a modified client sends a callback query here.

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
