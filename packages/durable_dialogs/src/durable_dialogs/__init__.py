"""Exactly-once updates for aiogram-dialog: state in Redis, committed before anything shows.

This module exports the public names, for handlers, windows and the rest of an application. The
modules below are internal. A name is imported when it is first used, because some programs need
only a part of the engine, and aiogram takes seconds to import.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from durable_dialogs.delivery.leases import (
        HOLD,
        Lease,
        Leases,
    )
    from durable_dialogs.delivery.outbox import UndeliverableError
    from durable_dialogs.dialogs import DurableDialogs
    from durable_dialogs.drawing.foreground import (
        foreground,
        in_topic,
        open_beside,
        topic_of,
    )
    from durable_dialogs.drawing.pictures import Picture, PictureError
    from durable_dialogs.drawing.sending import Sending, starts
    from durable_dialogs.options import Hooks
    from durable_dialogs.recovery.group_upgrade import upgrade_of
    from durable_dialogs.redis.batch import Batch
    from durable_dialogs.state.keys import (
        BotKeys,
        ChatKeys,
        location_of_record,
        name_of,
        stack_id_of,
    )
    from durable_dialogs.state.outcome import (
        EndedError,
        NotKnownYetError,
        NotOfferedError,
        Outcome,
        Refusal,
        UnsentError,
    )
    from durable_dialogs.state.record import Record
    from durable_dialogs.state.store import AwayError, UnclearError
    from durable_dialogs.state.unit_of_work import UnitOfWork, unit_of_work
    from durable_dialogs.tasks import finish, start
    from durable_dialogs.telegram.clock import TelegramClock
    from durable_dialogs.telegram.retries import ask, patiently
    from durable_dialogs.telegram.session import UnreadableResultError
    from durable_dialogs.telegram.topics import call
    from durable_dialogs.update.presses import carries, note_forged
    from durable_dialogs.update.words import Words

__all__ = [
    "HOLD",
    "AwayError",
    "Batch",
    "BotKeys",
    "ChatKeys",
    "DurableDialogs",
    "EndedError",
    "Hooks",
    "Lease",
    "Leases",
    "NotKnownYetError",
    "NotOfferedError",
    "Outcome",
    "Picture",
    "PictureError",
    "Record",
    "Refusal",
    "Sending",
    "TelegramClock",
    "UnclearError",
    "UndeliverableError",
    "UnitOfWork",
    "UnreadableResultError",
    "UnsentError",
    "Words",
    "ask",
    "call",
    "carries",
    "finish",
    "foreground",
    "in_topic",
    "location_of_record",
    "name_of",
    "note_forged",
    "open_beside",
    "patiently",
    "stack_id_of",
    "start",
    "starts",
    "topic_of",
    "unit_of_work",
    "upgrade_of",
]

_MODULES = {
    "delivery.leases": ("HOLD", "Lease", "Leases"),
    "delivery.outbox": ("UndeliverableError",),
    "dialogs": ("DurableDialogs",),
    "drawing.foreground": ("foreground", "in_topic", "open_beside", "topic_of"),
    "drawing.pictures": ("Picture", "PictureError"),
    "drawing.sending": ("Sending", "starts"),
    "options": ("Hooks",),
    "recovery.group_upgrade": ("upgrade_of",),
    "redis.batch": ("Batch",),
    "state.keys": ("BotKeys", "ChatKeys", "location_of_record", "name_of", "stack_id_of"),
    "state.outcome": (
        "EndedError",
        "NotKnownYetError",
        "NotOfferedError",
        "Outcome",
        "Refusal",
        "UnsentError",
    ),
    "state.record": ("Record",),
    "state.store": ("AwayError", "UnclearError"),
    "state.unit_of_work": ("UnitOfWork", "unit_of_work"),
    "tasks": ("finish", "start"),
    "telegram.clock": ("TelegramClock",),
    "telegram.retries": ("ask", "patiently"),
    "telegram.session": ("UnreadableResultError",),
    "telegram.topics": ("call",),
    "update.presses": ("carries", "note_forged"),
    "update.words": ("Words",),
}
"""The public names by the modules that define them."""


def __getattr__(name: str) -> object:
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
