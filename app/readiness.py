"""Tells whether each part that a worker needs can be used."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from app.connections import Connections
from app.settings import Settings
from db.sessions import Sessions
from durable_dialogs.redis.disk_room import MEGABYTE, Room
from durable_dialogs.state.permissions import MissingPermissionsError, Permissions
from ops.metrics import DISK_FREE, exposition, note_ready
from web.health import Check, Health, NotReadyError, ask_telegram


def make_health(
    settings: Settings,
    connections: Connections,
    sessions: Sessions,
    is_stopping: Callable[[], bool],
) -> Health:
    """Make what answers health requests, with a check of each part.

    Args:
        settings: The settings.
        connections: Redis and Telegram.
        sessions: The database.
        is_stopping: Tells whether the worker is about to end.
    """
    checks: dict[str, Check] = {
        "redis": partial(_ask_redis, connections.permissions),
        "database": sessions.ask,
        "telegram": partial(ask_telegram, connections.bot),
    }
    # If Redis and the database are elsewhere, the bot keeps nothing in its data folder.
    if settings.database_url is None or (settings.data_dir / "valkey").is_dir():
        checks["disk"] = partial(_ask_disk, settings.data_dir)
    return Health(checks, is_stopping, exposition, note_ready)


async def _ask_redis(permissions: Permissions) -> None:
    try:
        await permissions.check()
    except MissingPermissionsError as error:
        raise NotReadyError(str(error)) from error


async def _ask_disk(folder: Path) -> None:
    room = Room.of(folder)
    DISK_FREE.set(room.free)
    if room.is_low:
        free, reserve = (f"{size / MEGABYTE:.0f} MB" for size in (room.free, room.reserve))
        raise NotReadyError(f"DATA_DIR has {free} left; below {reserve} Tally stops counting")
