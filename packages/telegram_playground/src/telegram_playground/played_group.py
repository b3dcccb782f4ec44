"""A group, as scripts and tests handle it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram_playground.objects import Chat

if TYPE_CHECKING:
    from telegram_playground.connection import Connection
    from telegram_playground.person_actions import HasId
    from telegram_playground.view import Message


class Group:
    """A group on the playground; `Client.group` adds one.

    Attributes:
        id: The group's chat id.
        title: The group's title.
    """

    def __init__(self, client: Connection, chat: Chat) -> None:
        self._client = client
        self.id = chat.id
        self.title = chat.title or ""

    async def set_role(self, member: HasId | int, role: str) -> None:
        """Add somebody to the group, change their role, or remove them.

        Args:
            member: A `Person`, or a user id; `Client.bot` for the bot.
            role: `creator`, `administrator`, `member`, `restricted` (may write nothing), `left` or
                `kicked`.

        Raises:
            PlaygroundError: If there is no such user or role, or the group became a supergroup.
        """
        member_id = member if isinstance(member, int) else member.id
        path = f"groups/{self.id}/members/{member_id}"
        await self._client.request("PUT", path, {"role": role})

    async def topic(self, name: str) -> int:
        """Open a topic.

        Args:
            name: The topic's name, 1 to 128 characters.

        Returns:
            The topic's `message_thread_id`.

        Raises:
            PlaygroundError: If the group is not a forum.
        """
        answer = await self._client.request("POST", f"groups/{self.id}/topics", {"name": name})
        return int(answer["id"])

    async def close_topic(self, topic: int, *, closed: bool = True) -> None:
        """Close or reopen a topic; only administrators write in a closed one.

        Args:
            topic: The topic's `message_thread_id`; 1 is the General topic.
            closed: `False` reopens it.

        Raises:
            PlaygroundError: If there is no such topic.
        """
        path = f"groups/{self.id}/topics/{topic}"
        await self._client.request("PATCH", path, {"closed": closed})

    async def delete_topic(self, topic: int) -> None:
        """Delete a topic with all its messages.

        Raises:
            PlaygroundError: If there is no such topic.
        """
        await self._client.request("DELETE", f"groups/{self.id}/topics/{topic}")

    async def upgrade(self) -> Group:
        """Upgrade a basic group to a supergroup.

        Returns:
            The supergroup, which has another id; this group can't be written to any more.

        Raises:
            PlaygroundError: If the group is a supergroup already.
        """
        chat = await self._client.request("POST", f"groups/{self.id}/upgrade")
        return Group(self._client, Chat(chat))

    async def messages(self) -> list[Message]:
        """Fetch the messages of the group that are not deleted, oldest first."""
        return await self._client.messages(self.id)
