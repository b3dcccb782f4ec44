"""Reply buttons that request something: what they accept, and what their press sends."""

import secrets
from dataclasses import asdict, dataclass

from telegram_playground.annotated import read
from telegram_playground.errors import ControlError
from telegram_playground.members import role_in
from telegram_playground.person_contents import (
    Content,
    NewBot,
    NewMessage,
    NewPoll,
    PageData,
    SharedChat,
    SharedContact,
    SharedLocation,
    SharedUsers,
)
from telegram_playground.reply_keyboards import REQUESTS, find_reply_button, reply_buttons
from telegram_playground.state import Chat, Json, Person
from telegram_playground.telegram import Telegram


@dataclass(kw_only=True)
class ReplyPress:
    """A press of a reply button, with what the button requests.

    Attributes:
        person: The id of the person who presses.
        label: The button's label, or a part of it that no other label contains.
        contact: A contact; the person's own if `None`.
        location: A location.
        poll: A new poll.
        user_ids: The ids of the chosen users.
        chat_id: The id of the chosen chat.
        data: The data that the Mini App sends.
        name: The name of the new bot.
        username: The username of the new bot.
    """

    person: int
    label: str
    contact: SharedContact | None = None
    location: SharedLocation | None = None
    poll: NewPoll | None = None
    user_ids: list[int] | None = None
    chat_id: int | None = None
    data: str | None = None
    name: str | None = None
    username: str | None = None


def message_of_press(telegram: Telegram, chat: Chat, press: ReplyPress) -> NewMessage:
    """Make the message that the press of a reply button sends.

    Raises:
        ControlError: If there is no such button, or what it requests is missing.
        WrongValueError: If it is wrong.
    """
    person = telegram.person(press.person)
    button = find_reply_button(chat, press.person, press.label)
    # A request can be an empty object: an empty `request_poll` accepts any poll.
    kind = next((name for name in REQUESTS if button.get(name, False) is not False), None)
    content = Content(text=button["text"]) if kind is None else None
    match kind:
        case "request_contact":
            content = Content(contact=press.contact or own_contact(person))
        case "request_location" if press.location:
            content = Content(location=press.location)
        case "request_poll" if press.poll:
            content = Content(poll=press.poll)
        case "request_users" if press.user_ids:
            request_id = button["request_users"]["request_id"]
            shared = {"request_id": request_id, "user_ids": press.user_ids}
            content = Content(users_shared=read(SharedUsers, shared))
        case "request_chat" if press.chat_id is not None:
            request_id = button["request_chat"]["request_id"]
            chosen = SharedChat(request_id=request_id, chat_id=press.chat_id)
            content = Content(chat_shared=chosen)
        case "request_managed_bot" if press.name and press.username:
            request_id = button["request_managed_bot"]["request_id"]
            bot = {"request_id": request_id, "name": press.name, "username": press.username}
            content = Content(managed_bot=read(NewBot, bot))
        case "web_app" if press.data is not None:
            data = {"button_text": button["text"], "data": press.data}
            content = Content(web_app_data=read(PageData, data))
    if content is None:
        raise ControlError(
            f"the button {button['text']!r} requests something that is missing: {kind}"
        )
    return NewMessage(person=press.person, **vars(content))


def own_contact(person: Person) -> SharedContact:
    """Give a person's own contact, with an anonymous number (+888) that no telephone has."""
    user = person.user
    return SharedContact(
        phone_number=f"+888{user['id']:08}",
        first_name=user["first_name"],
        last_name=user.get("last_name"),
        user_id=user["id"],
    )


def requested_fields(
    telegram: Telegram, chat: Chat, person: Person, content: Content
) -> Json | None:
    """Give the fields of a message that answers a request button; `None` for other messages.

    Raises:
        ControlError: If the person's keyboard has no such button, or it requests something else.
    """
    user_id = person.user["id"]
    if content.users_shared is not None:
        shared = content.users_shared
        button = _requesting(chat, user_id, "request_users", shared.request_id)
        return _shared_users(telegram, button["request_users"], shared)
    if content.chat_shared is not None:
        chosen = content.chat_shared
        button = _requesting(chat, user_id, "request_chat", chosen.request_id)
        return _shared_chat(telegram, button["request_chat"], chosen)
    if content.managed_bot is not None:
        _requesting(chat, user_id, "request_managed_bot", content.managed_bot.request_id)
        return _created_bot(telegram, person, content.managed_bot)
    if content.web_app_data is not None:
        label = content.web_app_data.button_text
        buttons = reply_buttons(chat, user_id)
        if not any(button["text"] == label and "web_app" in button for button in buttons):
            raise ControlError(f"no button {label!r} on the reply keyboard opens a Mini App")
        return {"web_app_data": asdict(content.web_app_data)}
    return None


def _requesting(chat: Chat, user_id: int, kind: str, request_id: int) -> Json:
    for button in reply_buttons(chat, user_id):
        if button.get(kind) and button[kind]["request_id"] == request_id:
            return button
    raise ControlError(f"no button on the reply keyboard has {kind} {request_id}")


def _shared_users(telegram: Telegram, request: Json, shared: SharedUsers) -> Json:
    most = request.get("max_quantity") or 1
    if len(shared.user_ids) > most:
        raise ControlError(f"at most {most} can be chosen")
    users = []
    for user_id in shared.user_ids:
        user = telegram.user(user_id)
        if request.get("user_is_bot", user["is_bot"]) != user["is_bot"]:
            raise ControlError(f"user {user_id} is not what the button requests")
        names = ["first_name", "last_name"] * bool(request.get("request_name"))
        names += ["username"] * bool(request.get("request_username"))
        users.append({"user_id": user_id} | {name: user[name] for name in names if name in user})
    fields = {"request_id": shared.request_id, "users": users, "user_ids": shared.user_ids}
    return {"users_shared": fields}


def _shared_chat(telegram: Telegram, request: Json, shared: SharedChat) -> Json:
    chosen = telegram.state.chats.get(shared.chat_id)
    if chosen is None or chosen.private:
        raise ControlError(f"there is no group {shared.chat_id}", 404)
    wanted = {
        "chat_is_channel": False,
        "chat_is_forum": bool(chosen.json.get("is_forum")),
        "chat_has_username": "username" in chosen.json,
    }
    for name, value in wanted.items():
        if request.get(name, value) != value:
            raise ControlError(f"chat {chosen.id} is not what the button requests: {name}")
    if request.get("bot_is_member") and not role_in(telegram, chosen, telegram.bot_id).inside:
        raise ControlError(f"chat {chosen.id} is not what the button requests: bot_is_member")
    fields: Json = {"request_id": shared.request_id, "chat_id": chosen.id}
    names = ["title"] * bool(request.get("request_title"))
    names += ["username"] * bool(request.get("request_username"))
    return {
        "chat_shared": fields | {name: chosen.json[name] for name in names if name in chosen.json}
    }


def _created_bot(telegram: Telegram, person: Person, plan: NewBot) -> Json:
    """Create a bot, which does not run (Bot API, KeyboardButtonRequestManagedBot)."""
    users = [telegram.state.bot, *(other.user for other in telegram.state.persons.values())]
    if any(user.get("username", "").lower() == plan.username.lower() for user in users):
        raise ControlError(f"the username {plan.username} is taken", 409)
    bot_id = 7_000_000_000 + secrets.randbelow(1_000_000_000)
    bot = {"id": bot_id, "is_bot": True, "first_name": plan.name, "username": plan.username}
    content = {"user": person.user, "bot": bot}
    telegram.queue.push("managed_bot", content, person.user["id"])
    return {"managed_bot_created": {"bot": bot}}
