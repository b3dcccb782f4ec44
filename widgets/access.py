"""Who may use which window, and in which chats a widget shows."""

from typing import Any

from aiogram.types import User
from aiogram_dialog import ChatEvent, DialogManager
from aiogram_dialog.api.entities import Context, Stack
from aiogram_dialog.api.protocols import StackAccessValidator
from aiogram_dialog.widgets.common import Whenable
from typing_extensions import override

from widgets.notice import Notice
from widgets.services import Services, is_private

ANONYMOUS = frozenset({1087968824, 136817688, 777000})
"""Ids that Telegram shows instead of a person's.

They stand for anonymous admins (@GroupAnonymousBot), people who write as a channel
(@Channel_Bot), and a channel's posts in its discussion group (Telegram itself; Bot API, Message,
`is_automatic_forward`). Many people share each id, so any admin of the group may use what it
opened."""


class OwnerAccess(StackAccessValidator):
    """Lets the people whom a stack names use its windows; everybody, if it names none."""

    @override
    async def is_allowed(
        self,
        stack: Stack,
        context: Context | None,
        event: ChatEvent,
        data: dict[str, Any],
    ) -> bool:
        """Let the person use the window; see `StackAccessValidator`.

        Raises:
            Notice: The window is another person's. (If this returned False, aiogram-dialog
                would answer the press without a text.)
            NotKnownYetError: Telegram must be asked first if the person is an admin.
        """
        access = context.access_settings if context else stack.access_settings
        owners = access.user_ids if access else []
        person: User = data["event_from_user"]
        if not owners or person.id in owners:
            return True
        services: Services = data["services"]
        if ANONYMOUS.intersection(owners) and await services.rights.is_admin(
            data["event_chat"], person
        ):
            return True
        raise Notice("notice-foreign")


def in_private(_data: dict[str, Any], _widget: Whenable, manager: DialogManager) -> bool:
    """Tell whether the chat is a private one: a condition for `when`."""
    return is_private(manager)


def in_group(_data: dict[str, Any], _widget: Whenable, manager: DialogManager) -> bool:
    """Tell whether the chat is a group: a condition for `when`."""
    return not is_private(manager)
