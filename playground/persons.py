"""What persons do: come, write, delete, block the bot."""

from aiogram.types import User
from pydantic import BaseModel, ConfigDict, ValidationError

from playground.errors import BadRequestError, ControlError
from playground.formatting import finish_text
from playground.members import announce_change, chat_member, role_in
from playground.state import Chat, Json, Message, Person, Role, Standing
from playground.telegram import ANONYMOUS_ADMIN, Telegram

FIRST_ID = 1_000_001
"""The id of the first person who does not ask for another one."""

FIELDS = frozenset(User.model_fields) - {"is_bot"}


class Saying(BaseModel):
    """What a person is about to send.

    Attributes:
        person: Their id.
        text: What they say.
        topic: The `message_thread_id` of the topic to send it to.
        reply_to: The id of the message to reply to.
        anonymous: Whether to send it in the group's name.
    """

    model_config = ConfigDict(extra="forbid")

    person: int
    text: str
    topic: int | None = None
    reply_to: int | None = None
    anonymous: bool = False


def add_person(telegram: Telegram, fields: Json) -> Person:
    """Have somebody join Telegram; their chat with the bot is empty yet.

    Args:
        telegram: Where to.
        fields: What is known of the `User`: an id, names, a username, a language code, ...

    Raises:
        ControlError: If a field makes no sense, or the id or username is taken.
    """
    persons = telegram.state.persons
    user_id = fields.get("id") or max([FIRST_ID - 1, *persons]) + 1
    if user_id in persons or user_id == telegram.bot_id:
        raise ControlError(f"the id {user_id} is taken", 409)
    person = Person(_checked_user(telegram, {**fields, "id": user_id}))
    persons[user_id] = person
    telegram.state.chats[user_id] = Chat(_private_chat(person.user))
    return person


def change_person(telegram: Telegram, person: Person, fields: Json) -> None:
    """Change what is known of a person; `None` takes a field away.

    Raises:
        ControlError: If a field makes no sense.
    """
    user = _checked_user(telegram, person.user | fields | {"id": person.user["id"]})
    # Messages hold on to these objects, so that a new name shows on old messages too.
    person.user.clear()
    person.user.update(user)
    chat = telegram.state.chats[user["id"]]
    chat.json.clear()
    chat.json.update(_private_chat(user))


def set_standing(telegram: Telegram, person: Person, standing: Standing) -> None:
    """Have a person start, block or unblock the bot, or delete their account."""
    blocks = (person.standing is Standing.BLOCKED, standing is Standing.BLOCKED)
    person.standing = standing
    if blocks[0] != blocks[1]:
        old, new = (Role.KICKED if blocked else Role.MEMBER for blocked in blocks)
        bot = telegram.state.bot
        chat = telegram.state.chats[person.user["id"]]
        changes = (chat_member(bot, old), chat_member(bot, new))
        announce_change(telegram, chat, person.user, changes)


def say(telegram: Telegram, chat: Chat, saying: Saying) -> Message:
    """Send a text as a person.

    Raises:
        ControlError: If they can't, or there is nothing to send.
    """
    person = telegram.person(saying.person)
    check_presence(telegram, chat, person)
    try:
        text, entities = finish_text(saying.text, [])
    except BadRequestError as error:
        raise ControlError(error.description.removeprefix("Bad Request: ")) from None
    if saying.reply_to is not None and saying.reply_to not in chat.messages:
        raise ControlError("the message to reply to is not there", 404)
    json = _sender(telegram, chat, person, anonymous=saying.anonymous) | {"text": text}
    if entities:
        json["entities"] = entities
    if saying.topic is not None:
        if saying.topic not in chat.topics:
            raise ControlError(f"there is no topic {saying.topic}", 404)
        json |= {"message_thread_id": saying.topic, "is_topic_message": True}
    if chat.private:
        person.standing = Standing.STARTED
    message = telegram.post(chat, Message(json, person.user["id"], saying.reply_to))
    if _reaches_bot(telegram, chat, message):
        telegram.queue.push("message", telegram.show(chat, message), chat.id)
    return message


def remove(telegram: Telegram, chat: Chat, message_id: int, person: Person) -> None:
    """Delete a message as a person, for everybody.

    Raises:
        ControlError: If there is no such message, or it is not theirs to delete.
    """
    check_presence(telegram, chat, person)
    message = chat.messages.get(message_id)
    if message is None:
        raise ControlError(f"there is no message {message_id}", 404)
    user_id = person.user["id"]
    if not (chat.private or message.author == user_id or chat.roles[user_id].leads):
        raise ControlError(f"message {message_id} is somebody else's", 403)
    telegram.delete(chat, message)


def _checked_user(telegram: Telegram, fields: Json) -> Json:
    unknown = fields.keys() - FIELDS - {"is_bot"}
    if unknown:
        raise ControlError(f"a user has no {', '.join(sorted(unknown))}")
    try:
        user = User.model_validate({"first_name": "Somebody", **fields, "is_bot": False})
    except ValidationError as error:
        raise ControlError(str(error)) from None
    others = (other.user for other in telegram.state.persons.values())
    names = {
        other["username"].lower()
        for other in others
        if "username" in other and other["id"] != user.id
    }
    if user.username and user.username.lower() in names:
        raise ControlError(f"the username {user.username} is taken", 409)
    return user.model_dump(exclude_none=True)


def _private_chat(user: Json) -> Json:
    shown: Json = {
        name: user[name] for name in ("first_name", "last_name", "username") if name in user
    }
    return {"id": user["id"], **shown, "type": "private"}


def check_presence(telegram: Telegram, chat: Chat, person: Person) -> None:
    """Make sure that a person can act in a chat.

    Raises:
        ControlError: If they are not there.
    """
    user_id, name = person.user["id"], person.user["first_name"]
    if not role_in(telegram, chat, user_id).inside:
        raise ControlError(f"{name} is not in chat {chat.id}", 403)
    if chat.private and person.standing is Standing.BLOCKED:
        raise ControlError(f"{name} has blocked the bot", 403)
    if person.standing is Standing.DEACTIVATED:
        raise ControlError(f"{name} has deleted their account", 403)


def _sender(telegram: Telegram, chat: Chat, person: Person, *, anonymous: bool) -> Json:
    if not anonymous:
        return {"from": person.user}
    if chat.private or not role_in(telegram, chat, person.user["id"]).leads:
        raise ControlError("only an administrator of a group can write in its name", 403)
    return {"from": ANONYMOUS_ADMIN, "sender_chat": chat.json}


def _reaches_bot(telegram: Telegram, chat: Chat, message: Message) -> bool:
    """Whether the bot gets a message (core.telegram.org/bots/features, Privacy mode)."""
    if chat.private:
        return True
    role = chat.roles.get(telegram.bot_id, Role.LEFT)
    if not role.inside:
        return False
    if role.leads or telegram.state.abilities["can_read_all_group_messages"]:
        return True
    replied = chat.messages.get(message.reply_to or 0)
    if replied is not None and replied.author == telegram.bot_id:
        return True
    text, entities = message.json["text"], message.json.get("entities", ())
    return any(_calls_bot(telegram, text, entity) for entity in entities)


def _calls_bot(telegram: Telegram, text: str, entity: Json) -> bool:
    """Whether an entity is a mention of the bot, or a command at the start that it may take."""
    if entity["type"] not in {"mention", "bot_command"}:
        return False
    begin, end = 2 * entity["offset"], 2 * (entity["offset"] + entity["length"])
    called = text.encode("utf-16-le")[begin:end].decode("utf-16-le")
    command, _, name = called.lower().partition("@")
    if command and begin:
        return False
    return name in {"" if command else None, telegram.state.bot["username"].lower()}
