"""Taking an update that Telegram has posted: the worker that owns its chat carries it out."""

from typing import Any

import orjson
from aiogram.methods import TelegramMethod

from durable_dialogs.intake.intake import Intake
from durable_dialogs.intake.reading import KINDS, Reading
from durable_dialogs.state.update_data import IN_RESPONSE
from durable_dialogs.workers.peers import Peers


class Receiver:
    """Carries out updates that Telegram has posted, or has their owners do it.

    Args:
        intake: Carries updates out.
        peers: The other workers; None if this one carries all updates out that it gets.

    Attributes:
        read: Reads an update's bytes.
    """

    def __init__(self, intake: Intake, peers: Peers | None = None) -> None:
        self.read = intake.read
        self._intake = intake
        self._peers = peers

    async def pass_on(self, body: bytes) -> bytes | None:
        """Have the worker that owns the chat of an update carry it out.

        Args:
            body: The update's bytes.

        Returns:
            The body of the response to Telegram; None if the update is to be carried out here.
        """
        if self._peers is None or self._peers.is_alone or (chat := chat_in(body)) is None:
            return None
        return await self._peers.pass_on(chat, body)

    async def carry_out(self, body: bytes) -> bytes:
        """Carry out an update that another worker has passed on; see `take`."""
        return await self.take(self.read(body), body)

    async def take(self, reading: Reading, body: bytes) -> bytes:
        """Carry an update out; when this returns, it is done.

        Args:
            reading: What could be read of the update.
            body: The update's bytes.

        Returns:
            The body of the response to Telegram: a call of the Bot API as JSON, or nothing.
        """
        methods: list[TelegramMethod[Any]] = []
        await self._intake.take(reading, body, **{IN_RESPONSE: methods})
        return _call(methods[0]) if methods else b""


def chat_in(body: bytes) -> str | None:
    """Return the id of the chat, or of the inline message, that an update belongs to.

    This follows `chat_of`, which needs an update that was read whole; that takes longer.

    Args:
        body: The update's bytes.

    Returns:
        None if the update does not tell.
    """
    try:
        update = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(update, dict):
        return None
    kind = next((kind for kind in update if kind in KINDS), "")
    content = update.get(kind)
    if not isinstance(content, dict):
        return None
    inline = content.get("inline_message_id")
    if inline and kind in {"callback_query", "chosen_inline_result"}:
        return str(inline)
    if kind == "callback_query" and isinstance(message := content.get("message"), dict):
        place = message.get("chat")
    else:
        place = content.get("voter_chat" if kind == "poll_answer" else "chat")
    place = place or content.get("from") or content.get("user")
    return str(place["id"]) if isinstance(place, dict) and place.get("id") else None


def _call(method: TelegramMethod[Any]) -> bytes:
    content = method.model_dump(mode="json", exclude_none=True)
    return orjson.dumps({"method": method.__api_method__, **content})
