"""The options of `DurableDialogs`."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from aiogram.fsm.storage.base import BaseStorage
from aiogram.types import Update
from aiogram_dialog.api.entities import NewMessage
from redis.asyncio import Redis

from durable_dialogs.intake.intake import Discard
from durable_dialogs.intake.unread import TellUnread
from durable_dialogs.redis.address import parse
from durable_dialogs.redis.batch import Batch
from durable_dialogs.update.hooks import InlineWindow, OnError, is_payment
from durable_dialogs.update.words import Words
from durable_dialogs.workers.peer_address import is_peer_address

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

PREFIX = re.compile(r"[a-z0-9_-]{1,32}")
"""What the keys in Redis may begin with."""

Deliver = Callable[[str, str], Awaitable[None]]
"""Delivers an entry of the outbox, and may be called twice for the same one.

Gets the entry's id and its payload. Raises `UndeliverableError` if trying again can't help.
"""


async def _no_inline_window(_state: Mapping[str, Any]) -> NewMessage:
    raise RuntimeError("unit.state() needs the hook `inline_window`")


async def _ignore(_old_id: int, _new_id: int) -> None:
    """Do nothing for a group that was upgraded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """What a bot can do for the engine; no bot needs to.

    Attributes:
        must_not_be_refused: Tells whether an update is of something that has happened already: a
            payment, if nothing else is given. It is done as soon as Redis is back, and its person
            is not told to try again.
        inline_window: Returns what an inline message shows; needed by bots that use `unit.state`.
        group_upgraded: Called with a group's old id and its new one after the group became a
            supergroup. By then the dialogs of `dialog_list` are in the new chat, and everything in
            the old chat's outbox is delivered. It may be called twice; if it raises, it is called
            again.
        payer_of: Returns the id of the person whom a bill is for, from the invoice's payload; None
            if the payload is of no bill. With it, a payment counts as the bill's person's, also if
            the rest of the message can't be read. Without it, who sent the message has paid.
        tell_unread: Returns what to tell a person whose update can't be read; see `TellUnread`.
            None for the text of `Words.failed`.
        discards: What to do, by kind, with updates that can't be read and are not worth keeping.
            Other kinds go to the quarantine.
    """

    must_not_be_refused: Callable[[Update], bool] = is_payment
    inline_window: InlineWindow = _no_inline_window
    group_upgraded: Callable[[int, int], Awaitable[None]] = _ignore
    payer_of: Callable[[str], int | None] | None = None
    tell_unread: TellUnread | None = None
    discards: Mapping[str, Discard] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settings:
    """The options of `DurableDialogs` with their defaults.

    Attributes:
        redis_url: The address of Redis; see `durable_dialogs.redis.address.parse`. None for the
            embedded Valkey.
        redis: An open connection in place of `redis_url`, as `connect` of
            `durable_dialogs.redis.connection` returns it. Who has opened it closes it.
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
        dialog_list: The name of `unit.data` that lists dialogs of the chat, which move along if
            the chat is a group that becomes a supergroup: people's ids by the names of the
            dialogs' records (`name_of`). None if no dialog moves along.
        peers: By webhook, where this worker takes updates from workers that do not own their chat:
            `unix` for workers on this machine, `tcp://HOST` or `tcp://HOST:PORT` for workers on
            several, without a port if there are several bots; None to carry out all updates that
            come here.
        hooks: What the bot does for the engine.
        metrics: The registry for metrics; True for that of prometheus_client, if it is installed,
            False for no metrics. A process has one set of metrics for all its bots.
    """

    _: KW_ONLY
    redis_url: str | None = None
    redis: tuple[Redis, Batch] | None = None
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
    dialog_list: str | None = None
    peers: str | None = "unix"
    hooks: Hooks = field(default_factory=Hooks)
    metrics: "CollectorRegistry | bool" = True

    def __post_init__(self) -> None:
        if not PREFIX.fullmatch(self.prefix):
            raise ValueError("prefix: must be 1 to 32 of a-z, 0-9, _ and -")
        if self.ttl < timedelta(seconds=1):
            raise ValueError("ttl: must be at least a second")
        if self.peers is not None and not is_peer_address(self.peers):
            raise ValueError("peers: must be None, unix or an address like tcp://10.0.0.1")

    @property
    def redis_kind(self) -> str:
        """What Redis is, for the log: `given`, `embedded`, `server`, `sentinel` or `cluster`."""
        if self.redis:
            return "given"
        return parse(self.redis_url).kind.name.lower() if self.redis_url else "embedded"


class Options(TypedDict, total=False):
    """The options of `DurableDialogs`; see `Settings`."""

    redis_url: str | None
    redis: tuple[Redis, Batch] | None
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
    dialog_list: str | None
    peers: str | None
    hooks: Hooks
    metrics: "CollectorRegistry | bool"
