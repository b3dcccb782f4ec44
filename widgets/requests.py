"""Reply buttons that ask for people, a chat or a bot.

Each press is answered by a service message that carries the `request_id` of its
button, so that an answer can be told from one to another question.
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
"""Where the window's data has the request ids, by the widgets' ids."""

Request = KeyboardButtonRequestUsers | KeyboardButtonRequestChat | KeyboardButtonRequestManagedBot


class RequestButton(Keyboard):
    """What the request buttons have in common.

    Args:
        text: The label.
        id: The widget's id; `data["requests"]` tells the request id of it.
        request: Makes the request, given its `request_id`.
        when: Whether it is shown.
        style: The colour and icon.
    """

    field: ClassVar[str]

    def __init__(
        self,
        text: TextWidget,
        id: str,  # noqa: A002 - as in all widgets
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
    """A button that opens a list of people; answered by `users_shared`.

    `request` makes a `KeyboardButtonRequestUsers`.
    """

    field = "request_users"


class RequestChat(RequestButton):
    """A button that opens a list of chats; answered by `chat_shared`.

    `request` makes a `KeyboardButtonRequestChat`.
    """

    field = "request_chat"


class RequestManagedBot(RequestButton):
    """A button that has the person create a bot; answered by `managed_bot_created`.

    Telegram refuses it unless the bot was allowed to manage others: see
    `User.can_manage_bots` of getMe. `request` makes a `KeyboardButtonRequestManagedBot`.
    """

    field = "request_managed_bot"
