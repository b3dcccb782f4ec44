"""A button that cannot be pressed."""

from typing import Any

from aiogram.types import DisabledButton, InlineKeyboardButton
from aiogram_dialog import DialogManager
from aiogram_dialog.api.internal import RawKeyboard, StyleWidget, TextWidget
from aiogram_dialog.widgets.common import WhenCondition
from aiogram_dialog.widgets.kbd import Keyboard
from aiogram_dialog.widgets.style import EMPTY_STYLE


class Disabled(Keyboard):
    """A button that shows and cannot be pressed (Bot API 10.3, DisabledButton).

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
            disabled=DisabledButton(),
            style=await self.style.render_style(data, manager),
            icon_custom_emoji_id=await self.style.render_emoji(data, manager),
        )
        return [[button]]
