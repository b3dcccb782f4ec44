"""Messages of persons: sent, edited, and sent by links to the bot."""

import re

from telegram_playground.errors import BadRequestError, ControlError
from telegram_playground.groups import join
from telegram_playground.members import role_in
from telegram_playground.messages import CAPTIONED
from telegram_playground.person_contents import Content, NewMessage, content_fields, text_fields
from telegram_playground.persons import check_presence, check_writing
from telegram_playground.polls import keep_poll
from telegram_playground.privacy_mode import tell_bot
from telegram_playground.reply_keyboards import note_message
from telegram_playground.request_buttons import requested_fields
from telegram_playground.sending import thread_of_reply
from telegram_playground.state import Chat, Json, Message, Person, Role, Standing
from telegram_playground.telegram import ANONYMOUS_ADMIN, Telegram

PAYLOAD = re.compile(r"[A-Za-z0-9_-]{0,64}")
"""The payload of a deep link (core.telegram.org/bots/features, Deep linking)."""


def send(telegram: Telegram, chat: Chat, draft: NewMessage) -> Message:
    """Send a message as a person.

    Raises:
        ControlError: If the person can't write there, or topic, reply or content are wrong.
    """
    person = telegram.person(draft.person)
    check_writing(telegram, chat, person)
    if draft.reply_to is not None and draft.reply_to not in chat.messages:
        raise ControlError("there is no such message to reply to", 404)
    json = _sender(telegram, chat, person, anonymous=draft.anonymous)
    if draft.topic is not None:
        if draft.topic not in chat.topics:
            raise ControlError(f"there is no topic {draft.topic}", 404)
        json |= {"message_thread_id": draft.topic, "is_topic_message": True}
    else:
        json |= thread_of_reply(chat, draft.reply_to)
    if chat.json.get("is_direct_messages"):
        json["direct_messages_topic"] = {"topic_id": draft.person, "user": person.user}
    json |= _fields(telegram, chat, person, draft)
    if chat.private:
        person.standing = Standing.STARTED
        telegram.state.note("person", person.user["id"])
    message = telegram.post(chat, Message(json, person.user["id"], draft.reply_to))
    note_message(chat, person.user["id"], message)
    if "poll" in json:
        keep_poll(telegram, message.json["poll"], chat.id, message.id)
    tell_bot(telegram, chat, message)
    return message


def edit(telegram: Telegram, chat: Chat, message_id: int, person: Person, text: str) -> Message:
    """Edit a person's own message: its text, or its caption if it has a file.

    Raises:
        ControlError: If there is no such message, it is somebody else's, or the text is wrong.
    """
    check_presence(telegram, chat, person)
    message = chat.messages.get(message_id)
    if message is None:
        raise ControlError(f"there is no message {message_id}", 404)
    if message.author != person.user["id"] or message.inline_id:
        raise ControlError(f"message {message_id} is somebody else's", 403)
    if "text" in message.json:
        names = ("text", "entities")
    elif message.json.keys() & set(CAPTIONED):
        names = ("caption", "caption_entities")
    else:
        raise ControlError(f"message {message_id} can't be edited")
    try:
        new = text_fields(text, names)
    except BadRequestError as error:
        raise _refused(error) from None
    kept = {name: value for name, value in message.json.items() if name not in names}
    message.json = kept | {"edit_date": int(telegram.clock.time())} | new
    telegram.touch(chat, message)
    tell_bot(telegram, chat, message, "edited_message")
    return message


def start(telegram: Telegram, person: Person, payload: str, chat: Chat | None = None) -> Message:
    """Follow a link to the bot: `t.me/<bot>?start=`, or `?startgroup=` into a group.

    Args:
        telegram: The playground.
        person: The person who follows the link.
        payload: What the link carries; may be empty.
        chat: The group of a `?startgroup=` link; the bot joins it if it is not a member.

    Returns:
        The `/start` message that the link sent.

    Raises:
        ControlError: If a link can't have that payload, the person is not in the group, or has
            blocked the bot.
    """
    if not PAYLOAD.fullmatch(payload):
        raise ControlError("a payload has up to 64 of A-Z a-z 0-9 _ -")
    command = "/start"
    if chat is None:
        chat = telegram.state.chats[person.user["id"]]
        if person.standing is Standing.BLOCKED:
            # A link to a blocked bot only shows a button that unblocks it.
            raise ControlError(f"{person.user['first_name']} has blocked the bot", 403)
    else:
        check_presence(telegram, chat, person)
        command += f"@{telegram.state.bot['username']}"
        if not role_in(telegram, chat, telegram.bot_id).inside:
            join(telegram, chat, telegram.bot_id, Role.MEMBER)
    text = f"{command} {payload}".rstrip()
    return send(telegram, chat, NewMessage(person=person.user["id"], text=text))


def allow_writing(telegram: Telegram, person: Person, domain: str) -> None:
    """Allow the bot to write to a person who logs in on its page (Bot API, LoginUrl).

    Args:
        telegram: The playground.
        person: The person who logs in.
        domain: The domain of the page; the bot gets it in a service message.
    """
    person.standing = Standing.STARTED
    telegram.state.note("person", person.user["id"])
    chat = telegram.state.chats[person.user["id"]]
    content = {"from": person.user, "connected_website": domain}
    tell_bot(telegram, chat, telegram.post(chat, Message(content, person.user["id"])))


def _fields(telegram: Telegram, chat: Chat, person: Person, content: Content) -> Json:
    try:
        requested = requested_fields(telegram, chat, person, content)
        return content_fields(telegram, content) if requested is None else requested
    except BadRequestError as error:
        raise _refused(error) from None


def _refused(error: BadRequestError) -> ControlError:
    return ControlError(error.description.removeprefix("Bad Request: "))


def _sender(telegram: Telegram, chat: Chat, person: Person, *, anonymous: bool) -> Json:
    if not anonymous:
        return {"from": person.user}
    if chat.private or not role_in(telegram, chat, person.user["id"]).leads:
        raise ControlError("only an administrator of a group can write in its name", 403)
    return {"from": ANONYMOUS_ADMIN, "sender_chat": chat.json}
