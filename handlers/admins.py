"""Who looks after the bot, as against a group."""

from aiogram.types import Message


async def is_by_admin(message: Message, admin_ids: frozenset[int]) -> bool:
    """Tell whether an admin of the bot has written a message."""
    return message.from_user is not None and message.from_user.id in admin_ids
