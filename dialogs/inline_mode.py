"""Inline mode: buttons that start an inline query, which `handlers/inline_counter.py` answers."""

from typing import Any

from aiogram import Bot
from aiogram_dialog import Dialog
from aiogram_dialog.widgets.kbd import (
    Cancel,
    Group,
    Row,
    SwitchInlineQuery,
    SwitchInlineQueryChosenChatButton,
    SwitchInlineQueryCurrentChat,
)
from magic_filter import F

from states import InlineMode
from widgets.text import T
from widgets.window import Window


async def get_inline_mode(bot: Bot, **_: object) -> dict[str, Any]:
    """Tell whether inline mode is on, as Telegram said when the bot started."""
    me = await bot.me()
    return {"is_on": bool(me.supports_inline_queries)}


example = T("inline-example")

window = Window(
    T("inline-title"),
    T("inline-off", when=~F["is_on"]),
    Group(
        SwitchInlineQueryCurrentChat(T("inline-here"), example),
        Row(
            SwitchInlineQueryChosenChatButton(
                T("inline-with-people"), example, allow_user_chats=True
            ),
            SwitchInlineQueryChosenChatButton(
                T("inline-in-groups"), example, allow_group_chats=True
            ),
            SwitchInlineQueryChosenChatButton(
                T("inline-in-channels"), example, allow_channel_chats=True
            ),
        ),
        SwitchInlineQuery(T("inline-anywhere"), example),
        when="is_on",
    ),
    Cancel(T("back")),
    state=InlineMode.switches,
)

dialog = Dialog(window, getter=get_inline_mode, preview_data={"is_on": True})
