"""The options of `DurableDialogs`."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TypedDict

from aiogram.fsm.storage.base import BaseStorage

from durable_dialogs.update.answers import OnError
from durable_dialogs.update.hooks import Hooks
from durable_dialogs.update.words import Words
from durable_dialogs.workers.peer_address import is_peer_address

PREFIX = re.compile(r"[a-z0-9_-]{1,32}")
"""What the keys in Redis may begin with."""

Deliver = Callable[[str, str], Awaitable[None]]
"""Delivers an entry of the outbox, and may be called twice for the same one.

Gets the entry's id and its payload. Raises `UndeliverableError` if trying again can't help.
"""


@dataclass(frozen=True, slots=True)
class Settings:
    """The options of `DurableDialogs` with their defaults.

    Attributes:
        redis_url: The address of Redis; see `durable_dialogs.redis.address.parse`. None for the
            embedded Valkey.
        data_dir: The folder in which the embedded Valkey keeps its data.
        prefix: What all keys begin with, so that several programs can share a Redis.
        ttl: How long a dialog is kept after its last change.
        replicas: The number of replicas that must have a commit before anything shows.
        deliver: Delivers what handlers give to `unit.deliver`; None if they give nothing.
        on_error: Answers an update that failed, if no error handler of the bot does; None to
            answer with `words`.
        words: What the engine says.
        allowed_updates: The kinds of updates to ask for; None for those that have handlers.
        before: The storage in which aiogram-dialog kept the dialogs of this bot until now; open
            dialogs are taken over from it. None if there was none.
        kept_alive: The names of `unit.data` that must live as long as any dialog of the chat.
        peers: By webhook, where this worker takes updates from workers that do not own their chat:
            `unix` for workers on this machine, `tcp://HOST` or `tcp://HOST:PORT` for workers on
            several, without a port if there are several bots; None to carry out all updates that
            come here.
        hooks: What the bot does for the engine.
    """

    _: KW_ONLY
    redis_url: str | None = None
    data_dir: Path | str = "data"
    prefix: str = "dialogs"
    ttl: timedelta = timedelta(days=30)
    replicas: int = 0
    deliver: Deliver | None = None
    on_error: OnError | None = None
    words: Words = field(default_factory=Words)
    allowed_updates: Sequence[str] | None = None
    before: BaseStorage | None = None
    kept_alive: tuple[str, ...] = ()
    peers: str | None = "unix"
    hooks: Hooks = field(default_factory=Hooks)

    def __post_init__(self) -> None:
        if not PREFIX.fullmatch(self.prefix):
            raise ValueError("prefix: must be 1 to 32 of a-z, 0-9, _ and -")
        if self.ttl < timedelta(seconds=1):
            raise ValueError("ttl: must be at least a second")
        if self.peers is not None and not is_peer_address(self.peers):
            raise ValueError("peers: must be None, unix or an address like tcp://10.0.0.1")


class Options(TypedDict, total=False):
    """The options of `DurableDialogs`; see `Settings`."""

    redis_url: str | None
    data_dir: Path | str
    prefix: str
    ttl: timedelta
    replicas: int
    deliver: Deliver | None
    on_error: OnError | None
    words: Words
    allowed_updates: Sequence[str] | None
    before: BaseStorage | None
    kept_alive: tuple[str, ...]
    peers: str | None
    hooks: Hooks
