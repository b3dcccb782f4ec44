"""The persons' side over HTTP: JSON under `/control`.

| request | does |
|---|---|
| `GET /control` | the bot, the time, how many calls it has made |
| `POST /control/advance` | lets `seconds` pass at once |
| `POST /control/reset` | forgets all persons, chats and updates |
| `GET`, `POST /control/persons` | lists persons; adds one, from fields of a `User` |
| `PATCH /control/persons/{id}` | changes such fields, `standing`, `has_private_forwards` |
| `GET /control/chats` | lists chats |
| `POST /control/groups` | makes a group |
| `PUT /control/groups/{id}/members/{user_id}` | gives somebody, or the bot, a `role` |
| `POST /control/groups/{id}/upgrade` | makes a supergroup of it |
| `POST /control/groups/{id}/topics` | opens a topic of a `name` |
| `GET /control/chats/{id}?after=&wait=` | what has changed since version `after`; if nothing has,
waits for so many seconds |
| `GET /control/calls?method=&after=&wait=` | the Bot API calls, those after a number; waits for one
if there is none |
| `GET /control/updates` | the latest updates for the bot |
| `GET /control/updates/pending?count=&wait=` | how many updates the bot has not acknowledged; waits
until there are so many |
| `POST /control/updates/repeat` | delivers one once more: `update_id`, or the latest |

What persons do in chats is in `acting`, inline mode and payments are in `serving`. A refusal is
`{"error": "..."}` with a status of 400 or above.
"""

import itertools
from collections.abc import Iterable

import orjson
from aiohttp import web

from playground import persons
from playground.bot_api import CALLS
from playground.control_http import Handler, chat_of, guard, show_to_persons
from playground.control_requests import (
    Advance,
    Calls,
    Change,
    NewTopic,
    Pending,
    Repeat,
    RoleChange,
    Wait,
)
from playground.errors import ControlError
from playground.groups import GroupPlan, add_group, add_topic, join, upgrade
from playground.state import Call, Chat, Json, Person
from playground.telegram import Telegram
from playground.update_queue import UPDATES


class Control:
    """Answers whoever plays the persons.

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
        group = "/control/groups/{chat:-[0-9]+}"
        table: list[tuple[str, str, Handler]] = [
            ("GET", "/control", self._overview),
            ("POST", "/control/advance", self._advance),
            ("POST", "/control/reset", self._reset),
            ("GET", "/control/persons", self._list_persons),
            ("POST", "/control/persons", self._add_person),
            ("PATCH", "/control/persons/{person:[0-9]+}", self._change_person),
            ("POST", "/control/groups", self._add_group),
            ("PUT", group + "/members/{person:[0-9]+}", self._set_role),
            ("POST", group + "/upgrade", self._upgrade),
            ("POST", group + "/topics", self._add_topic),
            ("GET", "/control/chats", self._list_chats),
            ("GET", chat, self._watch_chat),
            ("GET", "/control/calls", self._list_calls),
            ("GET", "/control/updates", self._list_updates),
            ("GET", "/control/updates/pending", self._count_pending),
            ("POST", "/control/updates/repeat", self._repeat),
        ]
        return [web.route(verb, path, guard(handler, self._hosts)) for verb, path, handler in table]

    async def _overview(self, _request: web.Request) -> Json:
        state = self._telegram.state
        return {"bot": state.bot, "time": self._telegram.clock.time(), "calls": state.call_count}

    async def _advance(self, request: web.Request) -> Json:
        body = Advance.model_validate_json(await request.read())
        self._telegram.clock.advance(body.seconds)
        return {"time": self._telegram.clock.time()}

    async def _reset(self, _request: web.Request) -> Json:
        self._telegram.reset()
        return {"persons": len(self._telegram.state.persons)}

    async def _list_persons(self, _request: web.Request) -> list[Person]:
        return list(self._telegram.state.persons.values())

    async def _add_person(self, request: web.Request) -> Person:
        return persons.add_person(self._telegram, _object(await request.read()))

    async def _change_person(self, request: web.Request) -> Person:
        person = self._telegram.person(int(request.match_info["person"]))
        change = Change.model_validate_json(await request.read())
        if change.model_extra:
            persons.change_person(self._telegram, person, change.model_extra)
        if change.has_private_forwards is not None:
            person.has_private_forwards = change.has_private_forwards
            self._telegram.state.note("person", person.user["id"])
        if change.standing is not None:
            persons.set_standing(self._telegram, person, change.standing)
        return person

    async def _add_group(self, request: web.Request) -> Json:
        return add_group(self._telegram, GroupPlan.model_validate_json(await request.read())).json

    async def _set_role(self, request: web.Request) -> Json:
        chat = chat_of(self._telegram, request)
        change = RoleChange.model_validate_json(await request.read())
        join(self._telegram, chat, int(request.match_info["person"]), change.role)
        return {"role": change.role}

    async def _upgrade(self, request: web.Request) -> Json:
        return upgrade(self._telegram, chat_of(self._telegram, request)).json

    async def _add_topic(self, request: web.Request) -> Json:
        topic = NewTopic.model_validate_json(await request.read())
        return {"id": add_topic(self._telegram, chat_of(self._telegram, request), topic.name)}

    async def _list_chats(self, _request: web.Request) -> list[Json]:
        return [_summary(chat) for chat in self._telegram.state.chats.values()]

    async def _watch_chat(self, request: web.Request) -> Json:
        chat = chat_of(self._telegram, request)
        query = Wait.model_validate(dict(request.query))
        if chat.version <= query.after and query.wait:
            await self._telegram.signals.wait(chat.id, query.wait)
        return _summary(chat) | self._changes(chat, query.after)

    async def _list_calls(self, request: web.Request) -> list[Call]:
        query = Calls.model_validate(dict(request.query))
        method = query.method and query.method.lower()

        def found() -> list[Call]:
            latest = itertools.takewhile(
                lambda call: call.number > query.after, reversed(self._telegram.state.calls)
            )
            return [call for call in latest if method in {None, call.method.lower()}][::-1]

        if query.wait:
            await self._telegram.signals.wait_for(CALLS, query.wait, lambda: bool(found()))
        return found()

    async def _count_pending(self, request: web.Request) -> Json:
        query = Pending.model_validate(dict(request.query))
        queue = self._telegram.queue
        await self._telegram.signals.wait_for(
            UPDATES, query.wait, lambda: queue.pending == query.count
        )
        return {"pending": queue.pending}

    async def _list_updates(self, _request: web.Request) -> list[orjson.Fragment]:
        return [orjson.Fragment(update.body) for update in self._telegram.state.history]

    async def _repeat(self, request: web.Request) -> Json:
        body = Repeat.model_validate_json(await request.read())
        return {"update_id": self._telegram.queue.repeat(body.update_id).id}

    def _changes(self, chat: Chat, after: int) -> Json:
        changed = itertools.takewhile(
            lambda message_id: chat.changed[message_id] > after, reversed(chat.changed)
        )
        ids = sorted(changed)
        messages = [chat.messages[i] for i in ids if i in chat.messages]
        return {
            "version": chat.version,
            "messages": [show_to_persons(self._telegram, chat, message) for message in messages],
            "deleted": [message_id for message_id in ids if message_id not in chat.messages],
        }


def _summary(chat: Chat) -> Json:
    roles = {str(user_id): role for user_id, role in chat.roles.items()}
    topics = {str(topic_id): name for topic_id, name in chat.topics.items()}
    keyboards = {str(user_id): shown for user_id, shown in chat.keyboards.items()}
    return {"chat": chat.json, "roles": roles, "topics": topics, "keyboards": keyboards}


def _object(body: bytes) -> Json:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        raise ControlError("a JSON object is expected")
    return value
