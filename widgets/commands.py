"""A text that lists the commands which work in the chat."""

from typing import Any

from aiogram_dialog import DialogManager
from aiogram_dialog.widgets.text import Text

from widgets.command_list import Scope, offered
from widgets.services import chat_of, person_of, services_unless_preview
from widgets.text import window_texts


class CommandList(Text):
    """A line for each command that works in the window's chat, between two empty lines."""

    async def _render_text(self, data: dict[str, Any], manager: DialogManager) -> str:
        texts = window_texts(data, manager)
        services = services_unless_preview(manager)
        is_admin = services is not None and person_of(manager).id in services.admin_ids
        scope = Scope.of(chat_of(manager).type, is_admin=is_admin)
        lines = [
            texts("help-row", command=f"/{command.name}", description=texts(command.key))
            for command in offered(scope)
        ]
        return "\n".join(["", *lines, ""])
