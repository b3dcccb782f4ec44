"""Groups: creation, roles, topics, upgrade."""

from dataclasses import dataclass, field
from typing import Literal

from telegram_playground.control_requests import Id, Title
from telegram_playground.errors import ControlError
from telegram_playground.members import announce_change, chat_member
from telegram_playground.privacy_mode import tell_bot
from telegram_playground.state import Chat, Json, Message, Role
from telegram_playground.telegram import ANY_CHAT, Telegram

FIRST_SUPERGROUP = -1_001_000_000_000
FIRST_GROUP = -4_000_000
GENERAL_TOPIC = 1


@dataclass(kw_only=True)
class GroupPlan:
    """A group to add.

    Attributes:
        title: The title, 1 to 128 characters.
        type: `group` or `supergroup`; a forum or a public group is a supergroup.
        id: The chat id, which is negative; the next free one if `None`.
        roles: The roles of persons, by user id.
        bot: The bot's role; `left` keeps it out.
        username: The username of a public group.
        is_forum: Whether it has topics.
        is_direct_messages: Whether it is the direct messages chat of a channel, where each person
            writes in a topic of their own, whose id is the person's.
    """

    title: Title
    type: Literal["group", "supergroup"] = "supergroup"
    id: Id | None = None
    roles: dict[int, Role] = field(default_factory=dict)
    bot: Role = Role.MEMBER
    username: str | None = None
    is_forum: bool = False
    is_direct_messages: bool = False


def add_group(telegram: Telegram, plan: GroupPlan) -> Chat:
    """Add a group.

    Raises:
        ControlError: If the plan contradicts itself, or the id is taken.
        BadRequestError: If there is no person of an id in `roles`.
    """
    if plan.type == "group" and (plan.is_forum or plan.username):
        raise ControlError("only a supergroup can be a forum or have a username")
    chat_id = plan.id or _free_id(telegram, plan)
    if chat_id >= 0 or chat_id in telegram.state.chats:
        raise ControlError(f"{chat_id} can't be the id of a new group", 409)
    for user_id in plan.roles:
        telegram.person(user_id)
    json: Json = {"id": chat_id, "title": plan.title}
    if plan.username:
        json["username"] = plan.username
    if plan.is_forum:
        json["is_forum"] = True
    if plan.is_direct_messages:
        json["is_direct_messages"] = True
    chat = Chat({**json, "type": plan.type}, dict(plan.roles))
    if plan.type == "supergroup":
        # Message 1 is the service message of the creation; its id is also that of General.
        chat.last_message_id = 1
    telegram.state.chats[chat_id] = chat
    telegram.state.note("chat", chat_id)
    if plan.bot.inside:
        set_role(telegram, chat, telegram.bot_id, plan.bot)
    return chat


def set_role(telegram: Telegram, chat: Chat, user_id: int, role: Role) -> None:
    """Set the role of a person or the bot in a group, and tell the bot of the change.

    Raises:
        ControlError: If the chat is private, or a group that became a supergroup.
        BadRequestError: If there is no such user.
    """
    if chat.private or chat.migrated_to is not None:
        raise ControlError(f"chat {chat.id} is not a group")
    user = telegram.user(user_id)
    old = chat.roles.get(user_id, Role.LEFT)
    chat.roles[user_id] = role
    telegram.state.note("chat", chat.id)
    telegram.signals.notify(ANY_CHAT)
    if old is not role:
        by = _leader(telegram, chat) or user
        announce_change(telegram, chat, by, (chat_member(user, old), chat_member(user, role)))


def join(telegram: Telegram, chat: Chat, user_id: int, role: Role) -> None:
    """Set a role as `set_role` does; if somebody joins or leaves, post the service message.

    Raises:
        ControlError: If the chat is private, or a group that became a supergroup.
        BadRequestError: If there is no such user.
    """
    was_inside = chat.roles.get(user_id, Role.LEFT).inside
    heard = chat.roles.get(telegram.bot_id, Role.LEFT).inside
    set_role(telegram, chat, user_id, role)
    if was_inside is role.inside:
        return
    user = telegram.user(user_id)
    fields = {"new_chat_members": [user]} if role.inside else {"left_chat_member": user}
    by = user if user_id != telegram.bot_id else _leader(telegram, chat) or user
    message = telegram.post(chat, Message({"from": by, **fields}, by["id"]))
    if heard or role.inside:
        tell_bot(telegram, chat, message)


def upgrade(telegram: Telegram, chat: Chat) -> Chat:
    """Upgrade a basic group to a supergroup; each chat gets a message with the other's id.

    Returns:
        The supergroup.

    Raises:
        ControlError: If the chat is not a basic group, or became a supergroup before.
    """
    if chat.type != "group" or chat.migrated_to is not None:
        raise ControlError(f"chat {chat.id} is not a group")
    roles = {user_id: role for user_id, role in chat.roles.items() if role.inside}
    new = add_group(telegram, GroupPlan(title=chat.json["title"], bot=Role.LEFT))
    new.roles.update(roles)
    leader = _leader(telegram, chat) or telegram.state.bot
    for posted_in, fields in (
        (chat, {"migrate_to_chat_id": new.id}),
        (new, {"migrate_from_chat_id": chat.id}),
    ):
        message = telegram.post(posted_in, Message({"from": leader, **fields}, leader["id"]))
        if telegram.bot_id in roles:
            telegram.queue.push("message", message.json, posted_in.id)
    chat.migrated_to = new.id
    return new


def add_topic(telegram: Telegram, chat: Chat, name: str) -> int:
    """Open a topic in a forum, or in a person's chat with the bot.

    Returns:
        The topic's `message_thread_id`, which is the id of its service message.

    Raises:
        ControlError: If the chat is a group without topics.
    """
    if not (chat.private or chat.json.get("is_forum")):
        raise ControlError(f"chat {chat.id} is not a forum")
    leader = telegram.user(chat.id) if chat.private else _leader(telegram, chat)
    leader = leader or telegram.state.bot
    content = {"from": leader, "forum_topic_created": {"name": name, "icon_color": 7322096}}
    message = telegram.post(chat, Message(content, leader["id"]))
    message.json |= {"message_thread_id": message.id, "is_topic_message": True}
    chat.topics[message.id] = name
    tell_bot(telegram, chat, message)
    return message.id


def change_topic(telegram: Telegram, chat: Chat, topic: int, *, closed: bool) -> None:
    """Close or reopen a topic; 1 is the General topic.

    Raises:
        ControlError: If there is no such topic.
    """
    if topic != GENERAL_TOPIC and topic not in chat.topics:
        raise ControlError(f"there is no topic {topic}", 404)
    if closed is (topic in chat.closed):
        return
    event = "forum_topic_closed" if closed else "forum_topic_reopened"
    if closed:
        chat.closed.append(topic)
    else:
        chat.closed.remove(topic)
    leader = _leader(telegram, chat) or telegram.state.bot
    message = telegram.post(chat, Message({"from": leader, event: {}}, leader["id"]))
    if topic != GENERAL_TOPIC:
        message.json |= {"message_thread_id": topic, "is_topic_message": True}
    tell_bot(telegram, chat, message)


def remove_topic(telegram: Telegram, chat: Chat, topic: int) -> None:
    """Delete a topic with all its messages; the bot gets no update.

    Raises:
        ControlError: If there is no such topic.
    """
    if topic not in chat.topics:
        raise ControlError(f"there is no topic {topic}", 404)
    del chat.topics[topic]
    for message in list(chat.messages.values()):
        if message.json.get("message_thread_id") == topic:
            telegram.delete(chat, message)
    telegram.state.note("chat", chat.id)


def _leader(telegram: Telegram, chat: Chat) -> Json | None:
    """Give the user who appears as the actor of a change: the owner, an admin, or a member."""
    persons = {user_id: role for user_id, role in chat.roles.items() if user_id != telegram.bot_id}
    for role in (Role.CREATOR, Role.ADMINISTRATOR, Role.MEMBER):
        for user_id, has in persons.items():
            if has is role:
                return telegram.user(user_id)
    return None


def _free_id(telegram: Telegram, plan: GroupPlan) -> int:
    first = FIRST_GROUP if plan.type == "group" else FIRST_SUPERGROUP
    taken = [chat.id for chat in telegram.state.chats.values() if chat.type == plan.type]
    return min([first, *taken]) - 1
