"""Reply keyboards: which one each person has in a chat, and what happens to it after use."""

from collections.abc import Iterable

from telegram_playground.labels import find_labelled
from telegram_playground.state import Chat, Json, Message
from telegram_playground.telegram import Telegram

REQUESTS = (
    "request_contact",
    "request_location",
    "request_poll",
    "request_users",
    "request_chat",
    "request_managed_bot",
    "web_app",
)
"""Fields of reply buttons that do more than send their text."""


def show_keyboard(telegram: Telegram, chat: Chat, message: Message) -> None:
    """Show or remove the keyboard of a message for the persons it is meant for."""
    markup = message.keyboard or {}
    selective = markup.get("selective") is True
    for user_id in _targets(telegram, chat, message, selective=selective):
        if markup.get("remove_keyboard"):
            chat.keyboards.pop(user_id, None)
        else:
            chat.keyboards[user_id] = {"message_id": message.id, "markup": markup, "used": False}


def note_message(chat: Chat, user_id: int, message: Message) -> None:
    """Mark a one-time keyboard as used, or end a forced reply, if a person's message answers it."""
    shown = chat.keyboards.get(user_id)
    if shown is None:
        return
    markup = shown["markup"]
    if markup.get("force_reply"):
        if message.reply_to == shown["message_id"]:
            del chat.keyboards[user_id]
    elif markup.get("one_time_keyboard") and _is_of_keyboard(markup, message):
        shown["used"] = True


def find_reply_button(chat: Chat, user_id: int, label: str) -> Json:
    """Find a button on a person's reply keyboard by its label, or a part of it.

    Raises:
        ControlError: If there is no such button, or more than one.
    """
    return find_labelled(reply_buttons(chat, user_id), label, "the reply keyboard")


def reply_buttons(chat: Chat, user_id: int) -> Iterable[Json]:
    """Give the buttons of the reply keyboard that a person has in a chat."""
    shown = chat.keyboards.get(user_id)
    rows = shown["markup"].get("keyboard", ()) if shown else ()
    return (button for row in rows for button in row)


def _targets(telegram: Telegram, chat: Chat, message: Message, *, selective: bool) -> list[int]:
    if chat.private:
        return [chat.id]
    persons = telegram.state.persons
    inside = [user_id for user_id, role in chat.roles.items() if role.inside and user_id in persons]
    if not selective:
        return inside
    # Bot API, ReplyKeyboardMarkup: users mentioned in the text, and the sender of what it
    # replies to.
    text, entities = message.json.get("text", ""), message.json.get("entities", ())
    called = {entity["user"]["id"] for entity in entities if entity["type"] == "text_mention"}
    replied = chat.messages.get(message.reply_to or 0)
    if replied is not None:
        called.add(replied.author)
    names = text.lower().split()
    return [
        user_id
        for user_id in inside
        if user_id in called or f"@{persons[user_id].user.get('username', '')}".lower() in names
    ]


def _is_of_keyboard(markup: Json, message: Message) -> bool:
    text = message.json.get("text")
    labels = [button["text"] for row in markup.get("keyboard", ()) for button in row]
    return text is None or text in labels
