"""Reply keyboards: which one a person has in a chat now, and what is left of it after use."""

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
"""Fields that make more of a reply button than its text."""


def show_keyboard(telegram: Telegram, chat: Chat, message: Message) -> None:
    """Give a keyboard that came with a message to those whom it is for, or take theirs away."""
    markup = message.keyboard or {}
    selective = markup.get("selective") is True
    for user_id in _targets(telegram, chat, message, selective=selective):
        if markup.get("remove_keyboard"):
            chat.keyboards.pop(user_id, None)
        else:
            chat.keyboards[user_id] = {"message_id": message.id, "markup": markup, "used": False}


def note_message(chat: Chat, user_id: int, message: Message) -> None:
    """Put away what a message of a person has answered: a one-time keyboard, a forced reply."""
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
    """Find a button on the reply keyboard that a person has, by its label or a part of it.

    Raises:
        ControlError: If there is no such button, or more than one.
    """
    return find_labelled(reply_buttons(chat, user_id), label, "the reply keyboard")


def reply_buttons(chat: Chat, user_id: int) -> Iterable[Json]:
    """The buttons of the reply keyboard that a person has in a chat."""
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
    # Bot API, ReplyKeyboardMarkup: whom the text mentions, and whose message it replies to.
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
