"""Which chat an update belongs to, and where its window is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from aiogram.dispatcher.middlewares.user_context import EVENT_CONTEXT_KEY
from aiogram.enums import ChatType
from aiogram.types import Chat, Update, User

from durable_dialogs.state.keys import BotKeys, ChatKeys

NOBODY = 0
"""Stands for the person of an update without a sender."""


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
    # An update of no chat and no person, such as a poll, must wait for no other.
    return keys.chat(chat.id if chat else f"update{update.update_id}")


def business_in(data: Mapping[str, Any]) -> str | None:
    """Return the business connection of an update, by the data of its middlewares."""
    context = data.get(EVENT_CONTEXT_KEY)
    return context.business_connection_id if context else None


def location_of(data: dict[str, Any]) -> Location:
    """Return the location of the window that an update is about.

    An update without a sender, such as a post in a channel, is about no window: its person and its
    chat may be `NOBODY`.

    Args:
        data: The data of the update's middlewares.
    """
    chat = cast("Chat | None", data.get("event_chat"))
    person = cast("User | None", data.get("event_from_user"))
    user_id = person.id if person else NOBODY
    return Location(
        chat_id=chat.id if chat else user_id,
        chat_type=chat.type if chat else ChatType.PRIVATE,
        thread_id=data.get("event_thread_id"),
        user_id=user_id,
        language=person.language_code if person else None,
    )
