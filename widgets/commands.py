"""The commands that work in a chat, as a text."""

from typing import Any

from aiogram.types import Chat, User
from aiogram_dialog import DialogManager
from aiogram_dialog.widgets.text import Text

from widgets.command_list import Scope, offered
from widgets.text import texts_of


class CommandList(Text):
    """A line for each command that works where the window stands; empty ones around them."""

    async def _render_text(self, data: dict[str, Any], manager: DialogManager) -> str:
        texts = texts_of(data, manager)
        chat: Chat = manager.middleware_data["event_chat"]
        person: User = manager.middleware_data["event_from_user"]
        admins = manager.middleware_data.get("admin_ids", ())
        place = Scope.of(chat.type, is_admin=person.id in admins)
        lines = [
            texts("help-row", command=f"/{command.name}", description=texts(command.key))
            for command in offered(place)
        ]
        return "\n".join(["", *lines, ""])
