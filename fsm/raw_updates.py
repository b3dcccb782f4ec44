"""Updates as Telegram sends them, unread."""

from typing import Any

from aiogram.methods import TelegramMethod

RawUpdate = dict[str, Any]


class GetRawUpdates(TelegramMethod[list[RawUpdate]]):
    """getUpdates, giving each update as Telegram sent it.

    So it is kept as it came, and one that can't be read spoils no others.
    """

    __returning__ = list[RawUpdate]
    __api_method__ = "getUpdates"

    offset: int | None = None
    limit: int | None = None
    timeout: int
    allowed_updates: list[str]
