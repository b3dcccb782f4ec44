"""Which chat an update belongs to, and where its window is."""

from dataclasses import dataclass
from typing import Any, cast

from aiogram.enums import ChatType
from aiogram.types import Chat, Update

from durable_dialogs.state.keys import BotKeys, ChatKeys


@dataclass(frozen=True, slots=True)
class Location:
    """Where a window is and who used it last: enough to draw it again without an update.

    Attributes:
        chat_id: The chat.
        chat_type: The chat's type.
        thread_id: The topic, None outside of topics.
        user_id: The person.
        language: The language of the person's client, None if Telegram does not tell.
    """

    chat_id: int
    chat_type: str
    thread_id: int | None
    user_id: int
    language: str | None


def chat_of(update: Update, data: dict[str, Any], keys: BotKeys) -> ChatKeys:
    """Return the keys of the chat, or of the inline message, that an update belongs to."""
    for inline in (update.callback_query, update.chosen_inline_result):
        if inline and inline.inline_message_id:
            return keys.chat(inline.inline_message_id)
    chat = data.get("event_chat") or data.get("event_from_user")
    return keys.chat(chat.id if chat else 0)


def location_of(data: dict[str, Any]) -> Location:
    """Return the location of the window that an update is about.

    Args:
        data: The data of the update's middlewares.
    """
    chat, person = cast("Chat | None", data.get("event_chat")), data["event_from_user"]
    return Location(
        chat_id=chat.id if chat else person.id,
        chat_type=chat.type if chat else ChatType.PRIVATE,
        thread_id=data.get("event_thread_id"),
        user_id=person.id,
        language=person.language_code,
    )
