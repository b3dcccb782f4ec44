"""The journal of the data folder: writes a state as lines, and reads it back.

A line is JSON: `[kind, key, value]`. The last line of a kind and key counts; `null` means that the
object was deleted.
"""

from collections.abc import Hashable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from telegram_playground import json_text
from telegram_playground.annotated import read
from telegram_playground.errors import DamagedJournalError
from telegram_playground.state import (
    CallbackQuery,
    Chat,
    Json,
    Message,
    Person,
    Poll,
    Profile,
    State,
    StoredFile,
    Update,
    Webhook,
)

OMITTED = frozenset({"messages", "changed"})
"""Fields that are not written: messages have lines of their own, `changed` follows from them."""

Kept = CallbackQuery | Chat | Message | Person | Poll | StoredFile | Update | Webhook

KINDS: dict[str, type[Kept]] = {
    "person": Person,
    "chat": Chat,
    "message": Message,
    "query": CallbackQuery,
    "file": StoredFile,
    "poll": Poll,
    "update": Update,
}

SETTINGS = ("last_update_id", "web_app_queries", "transactions", "invoice_links")
"""Fields of the state that are written together, as they are. Options of the server are not."""

Values = dict[tuple[str, Any], Any]


def line(state: State, kind: str, key: Hashable) -> bytes:
    """Give the line of an object as it is now; `State.note` explains kinds and keys."""
    value = _settings(state) if kind == "settings" else _value(state, kind, key)
    return json_text.encode([kind, key, value]) + b"\n"


def all_lines(state: State) -> Iterator[bytes]:
    """Give the lines of the whole state."""
    yield line(state, "settings", None)
    for kind in KINDS:
        if kind != "message":
            for key in _objects(state, kind):
                yield line(state, kind, key)
    for chat in state.chats.values():
        for message_id in chat.messages:
            yield line(state, "message", (chat.id, message_id))


def restore(state: State, path: Path) -> None:
    """Read a journal into an empty state.

    Raises:
        DamagedJournalError: If it is not a journal of this version.
        OSError: If it can't be read.
    """
    try:
        _restore(state, _read_values(path))
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        # The lines are JSON of another shape, written by another version.
        raise DamagedJournalError from error


def _restore(state: State, values: Values) -> None:
    settings = values.pop(("settings", None), None)
    if settings is not None:
        _restore_settings(state, settings)
    for (kind, key), value in values.items():
        if kind == "update":
            state.last_update_id = max(state.last_update_id, key)
        if value is not None and kind != "message":
            _objects(state, kind)[key] = read(KINDS[kind], value)
    for (kind, key), value in values.items():
        if value is not None and kind == "message" and key[0] in state.chats:
            state.chats[key[0]].messages[key[1]] = read(Message, value)
    state.updates = dict(sorted(state.updates.items()))
    for chat in state.chats.values():
        _tie(state, chat)


def _tie(state: State, chat: Chat) -> None:
    """Share objects again that were one before they were written: chats, authors, polls."""
    chat.messages = dict(sorted(chat.messages.items()))
    for message in chat.messages.values():
        json = message.json
        json["chat"] = chat.json
        author = json.get("from", {}).get("id")
        if author == state.bot["id"]:
            json["from"] = state.bot
        elif author in state.persons:
            json["from"] = state.persons[author].user
        if "poll" in json and json["poll"]["id"] in state.polls:
            json["poll"] = state.polls[json["poll"]["id"]].json
        if message.inline_id is not None:
            state.inline_messages[message.inline_id] = (chat.id, message.id)
    latest = sorted(chat.messages.values(), key=lambda message: message.version)
    chat.changed = {message.id: message.version for message in latest}


def _restore_settings(state: State, value: Json) -> None:
    for name in SETTINGS:
        setattr(state, name, value.get(name, getattr(state, name)))
    state.allowed_updates = frozenset(value["allowed_updates"])
    if value["webhook"] is not None:
        state.webhook = read(Webhook, value["webhook"])
    commands, texts, buttons = value["profile"]
    state.profile = Profile(
        {tuple(key): item for key, item in commands},
        {tuple(key): item for key, item in texts},
        dict(buttons),
    )


def _read_values(path: Path) -> Values:
    """Give the last value of each object in a journal, without lines that were cut off.

    A kill can cut the last line; a full disk can cut any line but the first, because that one is
    written to a new file, which is renamed when it is complete.
    """
    values: Values = {}
    if not path.exists():
        return values
    for number, line in enumerate(path.read_bytes().splitlines()):
        try:
            kind, key, value = json_text.decode(line)
        except ValueError:
            if number == 0:
                raise
            continue
        values[kind, tuple(key) if isinstance(key, list) else key] = value
    return values


def _objects(state: State, kind: str) -> dict[Any, Any]:
    objects: dict[str, dict[Any, Any]] = {
        "person": state.persons,
        "chat": state.chats,
        "query": state.queries,
        "file": state.files,
        "poll": state.polls,
        "update": state.updates,
    }
    return objects[kind]


def _value(state: State, kind: str, key: Hashable) -> Json | None:
    if isinstance(key, tuple):
        chat_id, message_id = key
        chat = state.chats.get(chat_id)
        kept = chat.messages.get(message_id) if chat is not None else None
    else:
        kept = _objects(state, kind).get(key)
    return None if kept is None else _plain(kept)


def _settings(state: State) -> Json:
    profile = state.profile
    return {
        **{name: getattr(state, name) for name in SETTINGS},
        "allowed_updates": sorted(state.allowed_updates),
        "webhook": None if state.webhook is None else _plain(state.webhook),
        "profile": [
            list(profile.commands.items()),
            list(profile.texts.items()),
            list(profile.menu_buttons.items()),
        ],
    }


def _plain(kept: Kept) -> Json:
    return {
        field.name: getattr(kept, field.name) for field in fields(kept) if field.name not in OMITTED
    }
