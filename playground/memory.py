"""What is known, kept in a folder, so that a restart goes on where the last run ended.

A journal has a line of JSON for each thing that has changed, `[kind, key, value]`; the last line
of a thing counts, and `null` says that it is gone. Lines are handed to the system before the
answer that tells of them goes out: a killed process loses nothing that it has answered, while a
machine without power may lose the last seconds. The journal is written anew at each start, and
when it has grown.
"""

import shutil
from dataclasses import fields
from io import FileIO
from pathlib import Path
from typing import Any

import orjson
from pydantic import TypeAdapter

from playground.state import (
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

GROWTH = 4
"""How many times larger than at the last writing a journal may become."""

SMALL = 32 << 20
"""Bytes up to which a journal is left as it is."""

OMITTED = frozenset({"messages", "changed"})
"""Fields of things that are kept elsewhere, or can be told from the rest."""

KINDS: dict[str, TypeAdapter[Any]] = {
    "person": TypeAdapter(Person),
    "chat": TypeAdapter(Chat),
    "message": TypeAdapter(Message),
    "query": TypeAdapter(CallbackQuery),
    "file": TypeAdapter(StoredFile),
    "poll": TypeAdapter(Poll),
    "update": TypeAdapter(Update),
}

SETTINGS = ("last_update_id", "web_app_queries", "transactions")
"""Fields of the state that are kept as they are, together; what a server is started with is not."""

Things = dict[tuple[str, Any], Any]


class Memory:
    """Keeps a state in a folder.

    Args:
        folder: Where; made if it is not there.
        state: What is kept. Whatever its `note` names is written at the next `flush`.
    """

    def __init__(self, folder: Path, state: State) -> None:
        self._folder = folder
        self._state = state
        self._journal: FileIO | None = None
        self._size = self._base = 0

    def open(self) -> None:
        """Read what the last run has left, and begin to keep what changes.

        Raises:
            OSError: If the folder can't be used.
        """
        self._files.mkdir(parents=True, exist_ok=True)
        restore(self._state, _read(self._path))
        self._state.changes = set()
        self._rewrite()

    def flush(self) -> None:
        """Write down what has changed since the last time."""
        changes = self._state.changes
        if not changes or self._journal is None:
            return
        lines = [_line(self._state, kind, key) for kind, key in changes]
        changes.clear()
        self._size += self._journal.write(b"".join(lines)) or 0
        if self._size > max(SMALL, GROWTH * self._base):
            self._rewrite()

    def close(self) -> None:
        """Write down the rest, and let go of the folder."""
        self.flush()
        if self._journal is not None:
            self._journal.close()
            self._journal = None

    def clear(self) -> None:
        """Forget all files, and keep nothing but what is known now."""
        shutil.rmtree(self._files, ignore_errors=True)
        self._files.mkdir(parents=True, exist_ok=True)
        self._rewrite()

    def write(self, file_id: str, data: bytes) -> None:
        """Keep the bytes of a file."""
        (self._files / file_id).write_bytes(data)

    def read(self, file_id: str) -> bytes:
        """The bytes of a file that was kept."""
        return (self._files / file_id).read_bytes()

    @property
    def _path(self) -> Path:
        return self._folder / "journal"

    @property
    def _files(self) -> Path:
        return self._folder / "files"

    def _rewrite(self) -> None:
        """Write the journal anew, a line a thing; the old one counts until that is done."""
        if self._journal is not None:
            self._journal.close()
        new = self._folder / "journal.new"
        lines = [_line(self._state, kind, key) for kind, key in _all_keys(self._state)]
        new.write_bytes(b"".join(lines))
        new.replace(self._path)
        if self._state.changes is not None:
            self._state.changes.clear()
        self._journal = FileIO(self._path, "ab")
        self._size = self._base = self._path.stat().st_size


def restore(state: State, things: Things) -> None:
    """Put what was read from a journal into an empty state."""
    settings = things.pop(("settings", None), None)
    if settings is not None:
        _restore_settings(state, settings)
    for (kind, key), value in things.items():
        if kind == "update":
            state.last_update_id = max(state.last_update_id, key)
        if value is not None and kind != "message":
            _place(state, kind)[key] = KINDS[kind].validate_python(value)
    for (kind, key), value in things.items():
        if value is not None and kind == "message" and key[0] in state.chats:
            state.chats[key[0]].messages[key[1]] = KINDS[kind].validate_python(value)
    state.updates = dict(sorted(state.updates.items()))
    for chat in state.chats.values():
        _tie(state, chat)


def _tie(state: State, chat: Chat) -> None:
    """Make one of what was one before it was written: who wrote, where, and the polls."""
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
        setattr(state, name, value[name])
    state.allowed_updates = frozenset(value["allowed_updates"])
    if value["webhook"] is not None:
        state.webhook = TypeAdapter(Webhook).validate_python(value["webhook"])
    commands, texts, buttons = value["profile"]
    state.profile = Profile(
        {tuple(key): item for key, item in commands},
        {tuple(key): item for key, item in texts},
        dict(buttons),
    )


def _read(path: Path) -> Things:
    """The last value of each thing in a journal; a line that a kill has cut off is none."""
    things: Things = {}
    if not path.exists():
        return things
    for line in path.read_bytes().splitlines():
        try:
            kind, key, value = orjson.loads(line)
        except ValueError:
            continue
        things[kind, tuple(key) if isinstance(key, list) else key] = value
    return things


def _all_keys(state: State) -> list[tuple[str, Any]]:
    keys: list[tuple[str, Any]] = [("settings", None)]
    for kind in KINDS:
        if kind != "message":
            keys += [(kind, key) for key in _place(state, kind)]
    for chat in state.chats.values():
        keys += [("message", (chat.id, message_id)) for message_id in chat.messages]
    return keys


def _place(state: State, kind: str) -> dict[Any, Any]:
    places: dict[str, dict[Any, Any]] = {
        "person": state.persons,
        "chat": state.chats,
        "query": state.queries,
        "file": state.files,
        "poll": state.polls,
        "update": state.updates,
    }
    return places[kind]


def _line(state: State, kind: str, key: Any) -> bytes:  # noqa: ANN401 - any JSON
    if kind == "settings":
        value: object = _settings(state)
    else:
        chat = state.chats.get(key[0]) if kind == "message" else None
        place = _place(state, kind) if kind != "message" else chat.messages if chat else {}
        thing = place.get(key[1] if kind == "message" else key)
        value = None if thing is None else _plain(thing)
    return orjson.dumps([kind, key, value], default=_text, option=orjson.OPT_NON_STR_KEYS) + b"\n"


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


def _plain(thing: Any) -> Json:  # noqa: ANN401 - any dataclass
    return {
        field.name: getattr(thing, field.name)
        for field in fields(thing)
        if field.name not in OMITTED
    }


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode()
    raise TypeError
