"""What persons do in chats, over HTTP.

| request | does |
|---|---|
| `POST /control/chats/{id}/messages` | sends something as a `person`: a `text`, `contact`,
`location`, `poll`, `photo`, ... (`sayings`) |
| `PATCH /control/chats/{id}/messages/{message_id}` | edits a `person`'s own `text` |
| `POST /control/chats/{id}/messages/{message_id}/vote` | votes as a `person` for `options` |
| `POST /control/chats/{id}/keyboard` | presses a button of the reply keyboard
(`request_buttons`) |
| `POST /control/start` | follows a link to the bot with a `payload`, perhaps into a `chat` |
| `GET /control/files/{file_id}` | the bytes of a file |
| `DELETE /control/chats/{id}/messages/{message_id}?person=` | deletes a message |
| `POST /control/chats/{id}/messages/{message_id}/press` | presses the button with a `label`, or
sends some `data`, as a `person`; waits for the bot's answer for `wait` seconds |
"""

from collections.abc import Iterable
from http import HTTPStatus

from aiohttp import web

from playground import persons, talking
from playground.control_http import MAX_UPLOAD, Handler, chat_of, guard, show_to_persons
from playground.control_requests import Editing, Press, Removal, Start, Vote
from playground.errors import ControlError
from playground.polls import vote
from playground.presses import find_button, press
from playground.request_buttons import ReplyPress, pressed
from playground.sayings import Saying
from playground.state import Chat, Json
from playground.telegram import Telegram


class Acting:
    """Answers whoever has persons write, press, vote, and the like.

    Args:
        telegram: Where they live.
        hosts: Names beside the loopback ones under which this server may be addressed.
    """

    def __init__(self, telegram: Telegram, hosts: Iterable[str] = ()) -> None:
        self._telegram = telegram
        self._hosts = frozenset(host.lower() for host in hosts)

    def routes(self) -> list[web.RouteDef]:
        """The requests that are understood."""
        chat = "/control/chats/{chat:-?[0-9]+}"
        message = chat + "/messages/{message:[0-9]+}"
        table: list[tuple[str, str, Handler]] = [
            ("PATCH", message, self._edit),
            ("DELETE", message, self._remove),
            ("POST", message + "/press", self._press),
            ("POST", message + "/vote", self._vote),
            ("POST", chat + "/keyboard", self._press_reply),
            ("POST", "/control/start", self._start),
            ("GET", "/control/files/{file}", self._download),
        ]
        say = guard(self._say, self._hosts, MAX_UPLOAD)
        return [
            web.post(chat + "/messages", say),
            *(web.route(verb, path, guard(handler, self._hosts)) for verb, path, handler in table),
        ]

    async def _say(self, request: web.Request) -> Json:
        saying = Saying.model_validate_json(await request.read())
        chat = chat_of(self._telegram, request)
        return show_to_persons(self._telegram, chat, talking.say(self._telegram, chat, saying))

    async def _edit(self, request: web.Request) -> Json:
        body = Editing.model_validate_json(await request.read())
        chat, message_id = chat_of(self._telegram, request), int(request.match_info["message"])
        person = self._telegram.person(body.person)
        message = talking.edit(self._telegram, chat, message_id, person, body.text)
        return show_to_persons(self._telegram, chat, message)

    async def _vote(self, request: web.Request) -> Json:
        body = Vote.model_validate_json(await request.read())
        chat, person = chat_of(self._telegram, request), self._telegram.person(body.person)
        persons.check_presence(self._telegram, chat, person)
        message = chat.messages.get(int(request.match_info["message"]))
        if message is None or "poll" not in message.json:
            raise ControlError("there is no such poll", HTTPStatus.NOT_FOUND)
        poll = self._telegram.state.polls[message.json["poll"]["id"]]
        return vote(self._telegram, poll, person, body.options)

    async def _press_reply(self, request: web.Request) -> Json:
        press = ReplyPress.model_validate_json(await request.read())
        chat = chat_of(self._telegram, request)
        saying = pressed(self._telegram, chat, press)
        return show_to_persons(self._telegram, chat, talking.say(self._telegram, chat, saying))

    async def _start(self, request: web.Request) -> Json:
        body = Start.model_validate_json(await request.read())
        person = self._telegram.person(body.person)
        group = None if body.chat is None else self._telegram.chat_of_persons(body.chat)
        message = talking.start(self._telegram, person, body.payload, group)
        return message.json

    async def _remove(self, request: web.Request) -> Json:
        person = self._telegram.person(Removal.model_validate(dict(request.query)).person)
        message_id = int(request.match_info["message"])
        persons.remove(self._telegram, chat_of(self._telegram, request), message_id, person)
        return {"message_id": message_id}

    async def _press(self, request: web.Request) -> Json:
        body = Press.model_validate_json(await request.read())
        chat, message_id = chat_of(self._telegram, request), int(request.match_info["message"])
        data = _data_to_press(chat, message_id, body)
        person = self._telegram.person(body.person)
        query = press(self._telegram, chat, message_id, person, data)
        if body.wait and query.answer is None:
            await self._telegram.signals.wait(query.id, body.wait)
        return {"id": query.id, "update_id": query.update_id, "answer": query.answer}

    async def _download(self, request: web.Request) -> web.Response:
        file = self._telegram.state.files.get(request.match_info["file"])
        if file is None:
            raise ControlError("there is no such file", HTTPStatus.NOT_FOUND)
        # Never as what it claims to be: a page of a bot's must not run in this server's name.
        return web.Response(
            body=self._telegram.content(file),
            content_type="image/png" if file.kind == "photo" else "application/octet-stream",
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
        raise ControlError(f"the button {button['text']!r} asks the bot nothing")
    return str(button["callback_data"])
