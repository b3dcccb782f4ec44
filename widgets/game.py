"""Games: the message of a game as a window, and the button that opens it."""

from typing import Any

from aiogram.enums import ContentType
from aiogram.methods import SendGame
from aiogram.types import CallbackGame, InlineKeyboardButton
from aiogram_dialog import DialogManager
from aiogram_dialog.api.internal import RawKeyboard, StyleWidget, TextWidget
from aiogram_dialog.widgets.common import WhenCondition
from aiogram_dialog.widgets.kbd import Keyboard
from aiogram_dialog.widgets.media import Media
from aiogram_dialog.widgets.style import EMPTY_STYLE

from durable_dialogs import Sending


class GameMessage(Media):
    """Has a window sent as a game (Bot API, sendGame).

    Title, description and picture are @BotFather's. The window's text is shown where
    this is hidden, and where Telegram refuses the game.

    Args:
        short_name: The game's short name.
        when: Whether it is one; else the window is a text.
    """

    def __init__(self, short_name: TextWidget, when: WhenCondition = None) -> None:
        super().__init__(when=when)
        self.short_name = short_name

    async def _render_media(self, data: dict[str, Any], manager: DialogManager) -> Sending:
        name = await self.short_name.render_text(data, manager)
        chat = manager.middleware_data["event_chat"]
        method = SendGame(chat_id=chat.id, game_short_name=name)
        return Sending(ContentType.GAME, name, method)


class Play(Keyboard):
    """The button that opens the game of its message (Bot API, CallbackGame).

    It must be the first of its window. The bot is told by a callback query with the
    game's short name and no data, so no window sees it: a handler answers with the address.

    Args:
        text: The label.
        when: Whether it is shown.
        style: The colour and icon.
    """

    def __init__(
        self, text: TextWidget, when: WhenCondition = None, style: StyleWidget = EMPTY_STYLE
    ) -> None:
        super().__init__(when=when)
        self.text = text
        self.style = style

    async def _render_keyboard(self, data: dict[str, Any], manager: DialogManager) -> RawKeyboard:
        button = InlineKeyboardButton(
            text=await self.text.render_text(data, manager),
            callback_game=CallbackGame(),
            style=await self.style.render_style(data, manager),
            icon_custom_emoji_id=await self.style.render_emoji(data, manager),
        )
        return [[button]]
