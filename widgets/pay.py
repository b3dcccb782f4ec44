"""Payments: a window that is sent as an invoice, and the button that pays it."""

from typing import Any

from aiogram.enums import ContentType
from aiogram.methods import SendInvoice
from aiogram.types import InlineKeyboardButton
from aiogram_dialog import DialogManager
from aiogram_dialog.api.internal import RawKeyboard, StyleWidget, TextWidget
from aiogram_dialog.widgets.common import WhenCondition
from aiogram_dialog.widgets.kbd import Keyboard
from aiogram_dialog.widgets.media import Media
from aiogram_dialog.widgets.style import EMPTY_STYLE
from typing_extensions import override

from durable_dialogs import Sending
from widgets.services import chat_of


class Invoice(Media):
    """Sends the window as an invoice (Bot API, sendInvoice).

    The window's text shows if this widget is hidden or Telegram refuses the invoice.

    Args:
        title: The product's name, 1 to 32 characters.
        description: The product's description, 1 to 255 characters.
        terms: Key of the window's data for the other fields of `SendInvoice`, a dictionary.
        when: Whether the window is an invoice; else it is a text.
    """

    def __init__(
        self,
        title: TextWidget,
        description: TextWidget,
        terms: str,
        when: WhenCondition = None,
    ) -> None:
        super().__init__(when=when)
        self.title = title
        self.description = description
        self.terms = terms

    @override
    async def _render_media(self, data: dict[str, Any], manager: DialogManager) -> Sending:
        method = SendInvoice(
            chat_id=chat_of(manager).id,
            title=await self.title.render_text(data, manager),
            description=await self.description.render_text(data, manager),
            **data[self.terms],
        )
        return Sending(ContentType.INVOICE, method.payload, method)


class Pay(Keyboard):
    """The button that pays the invoice of its message (Bot API, InlineKeyboardButton).

    It must be the first button of its window. ⭐ in its text shows as the icon of Telegram Stars.

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

    @override
    async def _render_keyboard(self, data: dict[str, Any], manager: DialogManager) -> RawKeyboard:
        button = InlineKeyboardButton(
            text=await self.text.render_text(data, manager),
            pay=True,
            style=await self.style.render_style(data, manager),
            icon_custom_emoji_id=await self.style.render_emoji(data, manager),
        )
        return [[button]]
