"""What people send by the special buttons: Tally checks it, replies, and keeps nothing of it.

Any client can also send these messages without the button: the contact may be another person's,
the poll forwarded, and the data of the Mini App made up.
"""

from functools import partial
from typing import TypedDict

from aiogram import Bot
from aiogram.types import Message, SharedUser
from aiogram_dialog import DialogManager
from aiogram_dialog.widgets.input import MessageInput
from pydantic import BaseModel, Field, ValidationError

from durable_dialogs import ask
from widgets.answers import answer
from widgets.dialog_data import data_of
from widgets.notice import Notice
from widgets.services import bot_of

PEOPLE = {"people": 10, "bots": 1, "premium": 1}
"""How many people each question asks for at most, by its button's id."""

CHATS = ("group", "forum", "channel", "own")
"""The questions for a chat, by their buttons' ids."""

WEB_APP_DATA_MAX = 4096
"""Bytes that a Mini App may send (core.telegram.org/bots/webapps, sendData)."""

PATIENCE = 5
"""Seconds to wait for Telegram to tell if the bot can see a chat."""


class SpecialData(TypedDict, total=False):
    """What the dialog keeps.

    Attributes:
        requests: The request id of each question, by its button's id.
    """

    requests: dict[str, int]


class Sent(BaseModel, extra="forbid", strict=True):
    """What the Mini App sends: `{"choice": "..."}`, 1 to 64 characters."""

    choice: str = Field(min_length=1, max_length=64)


def question_of(manager: DialogManager, request_id: int) -> str:
    """Give the question that an answer belongs to, by its button's id.

    Raises:
        Notice: No open question has this request id.
    """
    for name, known in data_of(manager, SpecialData)["requests"].items():
        if known == request_id:
            return name
    raise Notice("special-closed")


async def take_location(message: Message, _input: MessageInput, manager: DialogManager) -> None:
    """Show the coordinates of the location."""
    if place := message.location:
        latitude, longitude = f"{place.latitude:.5f}", f"{place.longitude:.5f}"
        answer(manager, message, "special-place", latitude=latitude, longitude=longitude)


async def take_contact(message: Message, _input: MessageInput, manager: DialogManager) -> None:
    """Show the person's own number, but not that of another person's contact."""
    contact, person = message.contact, message.from_user
    if contact is None or person is None:
        return
    if contact.user_id is None:
        answer(manager, message, "special-contact-unknown")
    elif contact.user_id == person.id:
        answer(manager, message, "special-contact-own", number=contact.phone_number)
    else:
        answer(manager, message, "special-contact-other")


async def take_poll(message: Message, _input: MessageInput, manager: DialogManager) -> None:
    """Say what poll the person made; a forwarded poll is another person's."""
    poll = message.poll
    if poll is None:
        return
    if message.forward_origin:
        answer(manager, message, "special-poll-forwarded")
        return
    key = "special-quiz-made" if poll.type == "quiz" else "special-poll-made"
    answer(manager, message, key, question=poll.question, count=len(poll.options))


async def take_users(message: Message, _input: MessageInput, manager: DialogManager) -> None:
    """Show the people whom the person shared.

    Raises:
        Notice: No open question asks for them, or they are too many.
    """
    shared = message.users_shared
    if shared is None:
        return
    most = PEOPLE.get(question_of(manager, shared.request_id))
    if most is None:
        raise Notice("special-closed")
    if len(shared.users) > most:
        raise Notice("special-users-many", limit=most)
    people = "\n".join(_line(user) for user in shared.users)
    answer(manager, message, "special-users", people=people, count=len(shared.users))


def _line(user: SharedUser) -> str:
    name = " ".join(part for part in (user.first_name, user.last_name) if part)
    username = user.username and f"@{user.username}"
    parts = (name, username, str(user.user_id), "📷" if user.photo else None)
    return " · ".join(part for part in parts if part)


async def take_chat(message: Message, _input: MessageInput, manager: DialogManager) -> None:
    """Show the chat that the person shared.

    Raises:
        Notice: No open question asks for it.
    """
    shared = message.chat_shared
    if shared is None:
        return
    if question_of(manager, shared.request_id) not in CHATS:
        raise Notice("special-closed")
    parts = (shared.title, shared.username and f"@{shared.username}", str(shared.chat_id))
    chat = " · ".join(part for part in parts if part)
    seen = await _can_see(bot_of(manager), shared.chat_id)
    answer(manager, message, "special-chat-seen" if seen else "special-chat-hidden", chat=chat)


async def _can_see(bot: Bot, chat_id: int) -> bool:
    """Ask Telegram if the bot can see a chat, because a person may share any of theirs."""
    return await ask(partial(bot.get_chat, chat_id), within=PATIENCE) is not None


async def take_bot(message: Message, _input: MessageInput, manager: DialogManager) -> None:
    """Show the bot that the person created."""
    if created := message.managed_bot_created:
        answer(manager, message, "special-bot-made", bot=f"@{created.bot_user.username}")


async def take_data(message: Message, _input: MessageInput, manager: DialogManager) -> None:
    """Show what the Mini App has sent.

    Raises:
        Notice: It is not `Sent`; a modified client may send anything.
    """
    if message.web_app_data is None:
        return
    data = message.web_app_data.data
    if len(data.encode()) > WEB_APP_DATA_MAX:
        raise Notice("special-app-strange")
    try:
        sent = Sent.model_validate_json(data)
    except ValidationError:
        raise Notice("special-app-strange") from None
    answer(manager, message, "special-app-sent", choice=sent.choice)
