"""Persons: added, changed, blocking the bot, deleting messages, and what they may do."""

from telegram_playground.errors import ControlError
from telegram_playground.members import announce_change, chat_member, role_in
from telegram_playground.schema import fields_of
from telegram_playground.state import Chat, Json, Person, Role, Standing
from telegram_playground.telegram import Telegram
from telegram_playground.values import structure

FIRST_ID = 1_000_001
"""The id of the first person added without an id."""

MAX_ID = 1 << 52
"""The first number that is too large for an id (Bot API, User)."""


def add_person(telegram: Telegram, fields: Json) -> Person:
    """Add a person with an empty private chat.

    Args:
        telegram: The playground.
        fields: Fields of the `User`; `id` and `first_name` have defaults.

    Raises:
        WrongValueError: If a field is wrong.
        ControlError: If a field is unknown, or the id or username is taken.
    """
    persons = telegram.state.persons
    free = max([FIRST_ID - 1, *persons]) + 1
    person = Person(_checked_user(telegram, {"id": free, **fields}))
    user_id = person.user["id"]
    if user_id in persons or user_id == telegram.bot_id:
        raise ControlError(f"the id {user_id} is taken", 409)
    persons[user_id] = person
    telegram.state.note("person", user_id)
    telegram.state.note("chat", user_id)
    telegram.state.chats[user_id] = Chat(_private_chat(person.user))
    return person


def change_person(telegram: Telegram, person: Person, fields: Json) -> None:
    """Change fields of a person's `User`; `None` removes a field, the id stays.

    Raises:
        WrongValueError: If a field is wrong.
        ControlError: If a field is unknown, or the username is taken.
    """
    user = _checked_user(telegram, person.user | fields | {"id": person.user["id"]})
    # Messages share these objects, so old messages show the new name too.
    person.user.clear()
    person.user.update(user)
    chat = telegram.state.chats[user["id"]]
    chat.json.clear()
    chat.json.update(_private_chat(user))
    telegram.state.note("person", user["id"])
    telegram.state.note("chat", user["id"])


def set_standing(telegram: Telegram, person: Person, standing: Standing) -> None:
    """Set whether the bot may write to a person; tell the bot if they block or unblock it."""
    blocks = (person.standing is Standing.BLOCKED, standing is Standing.BLOCKED)
    person.standing = standing
    telegram.state.note("person", person.user["id"])
    if blocks[0] != blocks[1]:
        old, new = (Role.KICKED if blocked else Role.MEMBER for blocked in blocks)
        bot = telegram.state.bot
        chat = telegram.state.chats[person.user["id"]]
        changes = (chat_member(bot, old), chat_member(bot, new))
        announce_change(telegram, chat, person.user, changes)


def remove(telegram: Telegram, chat: Chat, message_id: int, person: Person) -> None:
    """Delete a message as a person, for everybody.

    Raises:
        ControlError: If there is no such message, or the person may not delete it.
    """
    check_presence(telegram, chat, person)
    message = chat.messages.get(message_id)
    if message is None:
        raise ControlError(f"there is no message {message_id}", 404)
    user_id = person.user["id"]
    if not (chat.private or message.author == user_id or chat.roles[user_id].leads):
        raise ControlError(f"message {message_id} is somebody else's", 403)
    telegram.delete(chat, message)


def check_presence(telegram: Telegram, chat: Chat, person: Person) -> None:
    """Make sure that a person can act in a chat.

    Raises:
        ControlError: If the person is not in the chat, has blocked the bot there, or has deleted
            their account.
    """
    user_id, name = person.user["id"], person.user["first_name"]
    if not role_in(telegram, chat, user_id).inside:
        raise ControlError(f"{name} is not in chat {chat.id}", 403)
    if chat.private and person.standing is Standing.BLOCKED:
        raise ControlError(f"{name} has blocked the bot", 403)
    if person.standing is Standing.DEACTIVATED:
        raise ControlError(f"{name} has deleted their account", 403)


def check_writing(telegram: Telegram, chat: Chat, person: Person) -> None:
    """Make sure that a person can write in a chat.

    Raises:
        ControlError: If `check_presence` refuses, or the group became a supergroup.
    """
    check_presence(telegram, chat, person)
    if chat.migrated_to is not None:
        raise ControlError(f"chat {chat.id} has become {chat.migrated_to}")


def _checked_user(telegram: Telegram, fields: Json) -> Json:
    unknown = fields.keys() - fields_of("User").keys()
    if unknown:
        raise ControlError(f"a user has no field {', '.join(sorted(unknown))}")
    given = {"first_name": "Somebody", **fields, "is_bot": False}
    user: Json = structure("User", "user", given)
    user_id, username = user["id"], user.get("username", "").lower()
    others = (other.user for other in telegram.state.persons.values())
    names = {
        other["username"].lower()
        for other in others
        if "username" in other and other["id"] != user_id
    }
    if not 0 < user_id < MAX_ID:
        raise ControlError(f"{user_id} can't be the id of a person")
    if username and username in names:
        raise ControlError(f"the username {user['username']} is taken", 409)
    return user


def _private_chat(user: Json) -> Json:
    shown: Json = {
        name: user[name] for name in ("first_name", "last_name", "username") if name in user
    }
    return {"id": user["id"], **shown, "type": "private"}
