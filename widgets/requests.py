"""Reply buttons that ask for people, a chat or a bot.

Telegram answers each with a service message that has the button's `request_id`, which tells the
question that it answers.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from aiogram.types import (
    KeyboardButton,
    KeyboardButtonRequestChat,
    KeyboardButtonRequestManagedBot,
    KeyboardButtonRequestUsers,
)
from aiogram_dialog import DialogManager
from aiogram_dialog.api.internal import RawKeyboard, StyleWidget, TextWidget
from aiogram_dialog.widgets.common import WhenCondition
from aiogram_dialog.widgets.kbd import Keyboard
from aiogram_dialog.widgets.style import EMPTY_STYLE

REQUESTS_KEY = "requests"
"""Key of the window's data for the request ids, a dictionary by the widgets' ids."""

Request = KeyboardButtonRequestUsers | KeyboardButtonRequestChat | KeyboardButtonRequestManagedBot
"""What a button asks for."""


class RequestButton(Keyboard):
    """The base of the request buttons.

    Args:
        text: The button's text.
        id: The widget's id; `data["requests"]` has the request id for it.
        request: Makes the request from its `request_id`.
        when: Whether the button is shown.
        style: The button's colour and icon.
    """

    field: ClassVar[str]

    def __init__(
        self,
        text: TextWidget,
        id: str,
        request: Callable[..., Request],
        when: WhenCondition = None,
        style: StyleWidget = EMPTY_STYLE,
    ) -> None:
        super().__init__(id=id, when=when)
        self.text = text
        self.request = request
        self.style = style

    async def _render_keyboard(self, data: dict[str, Any], manager: DialogManager) -> RawKeyboard:
        ids: Mapping[str | None, int] = data[REQUESTS_KEY]
        kind = {self.field: self.request(request_id=ids[self.widget_id])}
        button = KeyboardButton(
            text=await self.text.render_text(data, manager),
            style=await self.style.render_style(data, manager),
            icon_custom_emoji_id=await self.style.render_emoji(data, manager),
        )
        return [[button.model_copy(update=kind)]]


class RequestUsers(RequestButton):
    """A button that opens a list of people; Telegram answers with `users_shared`.

    `request` makes a `KeyboardButtonRequestUsers`.
    """

    field = "request_users"


class RequestChat(RequestButton):
    """A button that opens a list of chats; Telegram answers with `chat_shared`.

    `request` makes a `KeyboardButtonRequestChat`.
    """

    field = "request_chat"


class RequestManagedBot(RequestButton):
    """A button that lets the person create a bot; Telegram answers with `managed_bot_created`.

    Telegram refuses it unless this bot may manage other bots: see `User.can_manage_bots` of
    getMe. `request` makes a `KeyboardButtonRequestManagedBot`.
    """

    field = "request_managed_bot"
