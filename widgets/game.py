"""Games: a window that is sent as a game, and the button that opens it."""

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
from widgets.services import chat_of


class GameMessage(Media):
    """Sends the window as a game (Bot API, sendGame).

    @BotFather knows the title, description and picture. The window's text shows if this widget
    is hidden or Telegram refuses the game.

    Args:
        short_name: The game's short name.
        when: Whether the window is a game; else it is a text.
    """

    def __init__(self, short_name: TextWidget, when: WhenCondition = None) -> None:
        super().__init__(when=when)
        self.short_name = short_name

    async def _render_media(self, data: dict[str, Any], manager: DialogManager) -> Sending:
        name = await self.short_name.render_text(data, manager)
        method = SendGame(chat_id=chat_of(manager).id, game_short_name=name)
        return Sending(ContentType.GAME, name, method)


class Play(Keyboard):
    """The button that opens the game of its message (Bot API, CallbackGame).

    It must be the first button of its window. A press sends a callback query with the game's
    short name and no data, which no window gets: a handler answers with the game's address.

    Args:
        text: The button's text.
        when: Whether the button is shown.
        style: The button's colour and icon.
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
