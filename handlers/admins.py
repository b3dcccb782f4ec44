"""A filter for the bot's own admins (`ADMIN_IDS`), who need not be admins of a group."""

from aiogram.types import Message

from widgets.services import Services


async def is_by_admin(message: Message, services: Services) -> bool:
    """Tell whether the sender of a message is an admin of the bot."""
    return message.from_user is not None and message.from_user.id in services.admin_ids
