"""Routes for what persons do in chats.

| request | does |
|---|---|
| `POST /control/chats/{id}/messages` | sends a message as a `person`: a `text`, `contact`,
`location`, `poll`, `photo`, ... (`person_contents`) |
| `PATCH /control/chats/{id}/messages/{message_id}` | edits a `person`'s own `text` |
| `POST /control/chats/{id}/messages/{message_id}/vote` | votes as a `person` for `options` |
| `POST /control/chats/{id}/keyboard` | presses a button of the reply keyboard
(`request_buttons`) |
| `POST /control/start` | follows a deep link to the bot with a `payload`; for a group, with its
`chat` |
| `GET /control/files/{file_id}` | downloads a file |
| `DELETE /control/chats/{id}/messages/{message_id}?person=` | deletes a message |
| `POST /control/chats/{id}/messages/{message_id}/press` | presses the button with a `label`, or
sends `data`, as a `person`; waits `wait` seconds for the bot's answer |
"""

from collections.abc import Sequence
from http import HTTPStatus

from aiohttp import web

from telegram_playground import person_messages, persons
from telegram_playground.annotated import read, read_body
from telegram_playground.control_http import CHAT, MAX_UPLOAD, MESSAGE, Route, chat_of
from telegram_playground.control_requests import Editing, Press, Removal, Start, Vote
from telegram_playground.errors import ControlError
from telegram_playground.files import MIMES
from telegram_playground.person_contents import NewMessage
from telegram_playground.polls import vote
from telegram_playground.presses import find_button, press
from telegram_playground.request_buttons import ReplyPress, message_of_press
from telegram_playground.showing import show_message
from telegram_playground.state import Chat, Json
from telegram_playground.telegram import Telegram

SHOWN = MIMES | {"photo": "image/png"}
"""Content types by kind of file, for files that the page shows; others can only be downloaded."""


async def _send(telegram: Telegram, request: web.Request) -> Json:
    draft = read_body(NewMessage, await request.read())
    chat = chat_of(telegram, request)
    return show_message(telegram, chat, person_messages.send(telegram, chat, draft))


async def _edit(telegram: Telegram, request: web.Request) -> Json:
    body = read_body(Editing, await request.read())
    chat, message_id = chat_of(telegram, request), int(request.match_info["message"])
    person = telegram.person(body.person)
    message = person_messages.edit(telegram, chat, message_id, person, body.text)
    return show_message(telegram, chat, message)


async def _vote(telegram: Telegram, request: web.Request) -> Json:
    body = read_body(Vote, await request.read())
    chat, person = chat_of(telegram, request), telegram.person(body.person)
    persons.check_presence(telegram, chat, person)
    message = chat.messages.get(int(request.match_info["message"]))
    if message is None or "poll" not in message.json:
        raise ControlError("there is no such poll", HTTPStatus.NOT_FOUND)
    poll = telegram.state.polls[message.json["poll"]["id"]]
    return vote(telegram, poll, person, body.options)


async def _press_reply(telegram: Telegram, request: web.Request) -> Json:
    press = read_body(ReplyPress, await request.read())
    chat = chat_of(telegram, request)
    draft = message_of_press(telegram, chat, press)
    return show_message(telegram, chat, person_messages.send(telegram, chat, draft))


async def _start(telegram: Telegram, request: web.Request) -> Json:
    body = read_body(Start, await request.read())
    person = telegram.person(body.person)
    group = None if body.chat is None else telegram.chat_of_persons(body.chat)
    message = person_messages.start(telegram, person, body.payload, group)
    return message.json


async def _remove(telegram: Telegram, request: web.Request) -> Json:
    person = telegram.person(read(Removal, request.query).person)
    message_id = int(request.match_info["message"])
    persons.remove(telegram, chat_of(telegram, request), message_id, person)
    return {"message_id": message_id}


async def _press(telegram: Telegram, request: web.Request) -> Json:
    body = read_body(Press, await request.read())
    chat, message_id = chat_of(telegram, request), int(request.match_info["message"])
    data = _data_to_press(chat, message_id, body)
    person = telegram.person(body.person)
    query = press(telegram, chat, message_id, person, data)
    if body.wait and query.answer is None:
        await telegram.signals.wait(query.id, body.wait)
    return {"id": query.id, "update_id": query.update_id, "answer": query.answer}


async def _download(telegram: Telegram, request: web.Request) -> web.Response:
    file = telegram.state.files.get(request.match_info["file"])
    if file is None:
        raise ControlError("there is no such file", HTTPStatus.NOT_FOUND)
    # The name must not set the type: an HTML file of a bot would run as a page of this server.
    return web.Response(
        body=telegram.content(file),
        content_type=SHOWN.get(file.kind, "application/octet-stream"),
        headers={"X-Content-Type-Options": "nosniff"},
    )


def _data_to_press(chat: Chat, message_id: int, body: Press) -> str | None:
    if body.data is not None:
        return body.data
    message = chat.messages.get(message_id)
    if message is None:
        raise ControlError(f"there is no message {message_id}", HTTPStatus.NOT_FOUND)
    button = find_button(message, body.label or "")
    if "callback_game" in button:
        return None
    if "callback_data" not in button:
        raise ControlError(f"the button {button['text']!r} is not a callback button")
    return str(button["callback_data"])


ROUTES: Sequence[Route] = (
    Route("POST", f"{CHAT}/messages", _send, MAX_UPLOAD),
    Route("PATCH", MESSAGE, _edit),
    Route("DELETE", MESSAGE, _remove),
    Route("POST", f"{MESSAGE}/press", _press),
    Route("POST", f"{MESSAGE}/vote", _vote),
    Route("POST", f"{CHAT}/keyboard", _press_reply),
    Route("POST", "/control/start", _start),
    Route("GET", "/control/files/{file}", _download),
)
"""The routes of this module."""
