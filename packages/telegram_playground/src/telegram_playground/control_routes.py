"""Routes for the playground itself: time, persons, groups, calls, updates. All is JSON.

| request | does |
|---|---|
| `GET /control` | the bot, the time, the number of its calls |
| `POST /control/advance` | moves the clock forward by `seconds` |
| `POST /control/reset` | deletes all persons, chats and updates |
| `GET`, `POST /control/persons` | lists persons; adds one, from fields of a `User` |
| `PATCH /control/persons/{id}` | changes fields of a `User`, `standing`, `has_private_forwards` |
| `GET /control/chats` | lists chats |
| `POST /control/groups` | makes a group |
| `PUT /control/groups/{id}/members/{user_id}` | gives a person or the bot a `role` |
| `POST /control/groups/{id}/upgrade` | upgrades it to a supergroup |
| `POST /control/groups/{id}/topics` | opens a topic with a `name`, also in a private chat |
| `PATCH`, `DELETE /control/groups/{id}/topics/{topic}` | sets whether it is `closed` (1 is the
General topic); deletes it with its messages |
| `GET /control/chats/{id}?after=&wait=` | the changes since version `after`; if there are none,
waits `wait` seconds for one |
| `GET /control/calls?method=&after=&wait=` | the Bot API calls with numbers above `after`; if
there are none, waits `wait` seconds for one |
| `GET /control/updates` | the latest updates for the bot |
| `GET /control/updates/pending?count=&wait=` | the number of updates that the bot has not
acknowledged; waits `wait` seconds until it is `count` |
| `POST /control/updates/repeat` | delivers an update once more: `update_id`, or the latest |

The other routes are in `chat_routes`, `feature_routes` and `fault_routes`. A refusal is
`{"error": "..."}` with a status of 400 or above.
"""

import itertools
from collections.abc import Sequence

from aiohttp import web

from telegram_playground import json_text, persons
from telegram_playground.annotated import read, read_body
from telegram_playground.bot_api import CALLS
from telegram_playground.control_http import CHAT, CHAT_ID, PERSON_ID, Route, chat_of
from telegram_playground.control_requests import (
    Advance,
    Calls,
    Change,
    NewTopic,
    Pending,
    Repeat,
    RoleChange,
    TopicChange,
    Wait,
)
from telegram_playground.errors import ControlError
from telegram_playground.groups import (
    GroupPlan,
    add_group,
    add_topic,
    change_topic,
    join,
    remove_topic,
    upgrade,
)
from telegram_playground.showing import show_changes, show_chat
from telegram_playground.state import Call, Json, Person
from telegram_playground.telegram import Telegram
from telegram_playground.update_queue import UPDATES

GROUP = f"/control/groups/{CHAT_ID}"
PERSON = f"/control/persons/{PERSON_ID}"


async def _overview(telegram: Telegram, _request: web.Request) -> Json:
    state = telegram.state
    return {"bot": state.bot, "time": telegram.clock.time(), "calls": state.call_count}


async def _advance(telegram: Telegram, request: web.Request) -> Json:
    body = read_body(Advance, await request.read())
    telegram.clock.advance(body.seconds)
    return {"time": telegram.clock.time()}


async def _reset(telegram: Telegram, _request: web.Request) -> Json:
    telegram.reset()
    return {"persons": len(telegram.state.persons)}


async def _list_persons(telegram: Telegram, _request: web.Request) -> list[Person]:
    return list(telegram.state.persons.values())


async def _add_person(telegram: Telegram, request: web.Request) -> Person:
    return persons.add_person(telegram, _object(await request.read()))


async def _change_person(telegram: Telegram, request: web.Request) -> Person:
    person = telegram.person(int(request.match_info["person"]))
    given = _object(await request.read())
    own = {name: given.pop(name) for name in ("standing", "has_private_forwards") if name in given}
    change = read(Change, own)
    if given:
        persons.change_person(telegram, person, given)
    if change.has_private_forwards is not None:
        person.has_private_forwards = change.has_private_forwards
        telegram.state.note("person", person.user["id"])
    if change.standing is not None:
        persons.set_standing(telegram, person, change.standing)
    return person


async def _add_group(telegram: Telegram, request: web.Request) -> Json:
    return add_group(telegram, read_body(GroupPlan, await request.read())).json


async def _set_role(telegram: Telegram, request: web.Request) -> Json:
    chat = chat_of(telegram, request)
    change = read_body(RoleChange, await request.read())
    join(telegram, chat, int(request.match_info["person"]), change.role)
    return {"role": change.role}


async def _upgrade(telegram: Telegram, request: web.Request) -> Json:
    return upgrade(telegram, chat_of(telegram, request)).json


async def _add_topic(telegram: Telegram, request: web.Request) -> Json:
    topic = read_body(NewTopic, await request.read())
    return {"id": add_topic(telegram, chat_of(telegram, request), topic.name)}


async def _change_topic(telegram: Telegram, request: web.Request) -> Json:
    change = read_body(TopicChange, await request.read())
    topic = int(request.match_info["topic"])
    change_topic(telegram, chat_of(telegram, request), topic, closed=change.closed)
    return {"id": topic, "closed": change.closed}


async def _remove_topic(telegram: Telegram, request: web.Request) -> Json:
    topic = int(request.match_info["topic"])
    remove_topic(telegram, chat_of(telegram, request), topic)
    return {"id": topic}


async def _list_chats(telegram: Telegram, _request: web.Request) -> list[Json]:
    return [show_chat(chat) for chat in telegram.state.chats.values()]


async def _watch_chat(telegram: Telegram, request: web.Request) -> Json:
    chat = chat_of(telegram, request)
    query = read(Wait, request.query)
    if chat.version <= query.after and query.wait:
        await telegram.signals.wait(chat.id, query.wait)
    return show_chat(chat) | show_changes(telegram, chat, query.after)


async def _list_calls(telegram: Telegram, request: web.Request) -> list[Call]:
    query = read(Calls, request.query)
    method = query.method and query.method.lower()

    def found() -> list[Call]:
        latest = itertools.takewhile(
            lambda call: call.number > query.after, reversed(telegram.state.calls)
        )
        return [call for call in latest if method in {None, call.method.lower()}][::-1]

    if query.wait:
        await telegram.signals.wait_for(CALLS, query.wait, lambda: bool(found()))
    return found()


async def _count_pending(telegram: Telegram, request: web.Request) -> Json:
    query = read(Pending, request.query)
    queue = telegram.queue
    await telegram.signals.wait_for(UPDATES, query.wait, lambda: queue.pending == query.count)
    return {"pending": queue.pending}


async def _list_updates(telegram: Telegram, _request: web.Request) -> json_text.Encoded:
    return json_text.array(update.body for update in telegram.state.history)


async def _repeat(telegram: Telegram, request: web.Request) -> Json:
    body = read_body(Repeat, await request.read())
    return {"update_id": telegram.queue.repeat(body.update_id).id}


def _object(body: bytes) -> Json:
    try:
        value = json_text.decode(body)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ControlError("the body must be a JSON object")
    return value


ROUTES: Sequence[Route] = (
    Route("GET", "/control", _overview),
    Route("POST", "/control/advance", _advance),
    Route("POST", "/control/reset", _reset),
    Route("GET", "/control/persons", _list_persons),
    Route("POST", "/control/persons", _add_person),
    Route("PATCH", PERSON, _change_person),
    Route("POST", "/control/groups", _add_group),
    Route("PUT", f"{GROUP}/members/{PERSON_ID}", _set_role),
    Route("POST", f"{GROUP}/upgrade", _upgrade),
    Route("POST", f"{GROUP}/topics", _add_topic),
    Route("PATCH", f"{GROUP}/topics/{{topic:[0-9]+}}", _change_topic),
    Route("DELETE", f"{GROUP}/topics/{{topic:[0-9]+}}", _remove_topic),
    Route("GET", "/control/chats", _list_chats),
    Route("GET", CHAT, _watch_chat),
    Route("GET", "/control/calls", _list_calls),
    Route("GET", "/control/updates", _list_updates),
    Route("GET", "/control/updates/pending", _count_pending),
    Route("POST", "/control/updates/repeat", _repeat),
)
"""The routes of this module."""
