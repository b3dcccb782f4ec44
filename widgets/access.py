"""Whose windows are whose."""

from typing import Any

from aiogram.enums import ChatType
from aiogram.types import User
from aiogram_dialog import ChatEvent, DialogManager
from aiogram_dialog.api.entities import Context, Stack
from aiogram_dialog.api.protocols import StackAccessValidator
from aiogram_dialog.widgets.common import Whenable
from typing_extensions import override

from people.rights import Rights
from widgets.notice import Notice

ANONYMOUS = frozenset({1087968824, 136817688, 777000})
"""In whose names Telegram shows anonymous admins, people who speak as a channel
(@GroupAnonymousBot and @Channel_Bot), and posts of a channel that arrive in its discussion
group (Telegram itself; Bot API, Message, `is_automatic_forward`). Everybody who does so shares
these ids, so what they open is any admin's."""


class OwnerAccess(StackAccessValidator):
    """Lets a window be used by those whom its stack names, and by all where it names nobody."""

    @override
    async def is_allowed(
        self,
        stack: Stack,
        context: Context | None,
        event: ChatEvent,
        data: dict[str, Any],
    ) -> bool:
        """Let the person in; see `StackAccessValidator`.

        Raises:
            Notice: The window is somebody else's. (Where this gives False,
                aiogram-dialog answers a press without a word.)
            NotKnownYetError: Whether the person is an admin has to be asked first.
        """
        access = context.access_settings if context else stack.access_settings
        owners = access.user_ids if access else []
        person: User = data["event_from_user"]
        if not owners or person.id in owners:
            return True
        rights: Rights = data["rights"]
        if ANONYMOUS.intersection(owners) and await rights.is_admin(data["event_chat"], person):
            return True
        raise Notice("notice-foreign")


def in_private(_data: dict[str, Any], _widget: Whenable, manager: DialogManager) -> bool:
    """Tell whether the chat is a private one: a condition for `when`."""
    return bool(manager.middleware_data["event_chat"].type == ChatType.PRIVATE)


def in_group(data: dict[str, Any], widget: Whenable, manager: DialogManager) -> bool:
    """Tell whether the chat is no private one: a condition for `when`."""
    return not in_private(data, widget, manager)
