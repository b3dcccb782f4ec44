"""Who looks after the bot, as against a group."""

from aiogram.types import Message

from widgets.services import Services


async def is_by_admin(message: Message, services: Services) -> bool:
    """Tell whether an admin of the bot has written a message."""
    return message.from_user is not None and message.from_user.id in services.admin_ids
