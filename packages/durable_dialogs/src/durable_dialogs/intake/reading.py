"""Reading updates from their bytes into aiogram's models, as far as possible.

A newer Bot API server, or a person with a modified client, may send what aiogram's models refuse.
Often they refuse an optional part, such as a message that was replied to. So an update is read
strictly first. If that fails, it is read without the parts that can't be read.
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from aiogram import Bot
from aiogram.enums import ChatType
from aiogram.types import Update
from pydantic import ValidationError

from durable_dialogs.intake.leaving_out import Json, leave_out, outermost, refused_parts
from durable_dialogs.intake.optional_parts import PartPath, is_optional
from durable_dialogs.telegram.lenient_json import REPLACEMENT, loads, may_be_too_long

ROUNDS = 20
"""How often parts are left out before an update is given up. Each round goes at least one level
further out."""

KINDS = frozenset(Update.model_fields) - {"update_id"}
"""The kinds of updates, such as `message` (Bot API, Update)."""
PAYMENTS = ("successful_payment", "refunded_payment")
"""Fields of a message that is a payment, or the refund of one."""
CHATS = frozenset(ChatType)
"""The types of chats."""
VITAL = ("invoice_payload", "currency", "telegram_payment_charge_id")
"""Required texts of a payment: each character counts."""
PROVIDER = "provider_payment_charge_id"
"""A text of a payment that is only noted; it is empty for Stars."""

SHOWN = 10
"""Paths that `Reading.why` shows at most."""
LATEST = 2**33
"""A time in Unix seconds after the date of any message."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What could be read of an update.

    Attributes:
        update: The update without the parts that can't be read; None if it can't be used.
        kind: The update's kind; "" if the update is whole, or if the kind can't be read.
        left_out: The paths of those parts, such as `message.quote`. It begins with the payment of a
            message that can't be used.
        content: The JSON value of the update's kind; empty if the update is whole.
        is_json: Whether the update is JSON at all.
    """

    update: Update | None
    kind: str = ""
    left_out: tuple[str, ...] = ()
    content: Mapping[str, Any] = field(default_factory=dict)
    is_json: bool = True

    @property
    def is_whole(self) -> bool:
        """Whether no part is missing and none was replaced."""
        return self.update is not None and not self.kind

    @property
    def payment(self) -> str:
        """The path of the payment or refund that the update tells of; "" if it tells of none."""
        message = self.update.message if self.update else None
        paths = (f"message.{name}" for name in PAYMENTS if getattr(message, name, None))
        return next(paths, "")

    @property
    def why(self) -> str:
        """The paths of the parts that can't be read; it contains nothing that people sent."""
        paths = " ".join(self.left_out[:SHOWN])
        if not self.left_out:
            paths = "no update" if self.is_json else "no JSON"
        return paths if len(self.left_out) <= SHOWN else f"{paths} ..."


class Reader:
    """Reads updates.

    Args:
        bot: The bot that the updates are for.
        payer_of: Returns the id of the person whom a bill is for, from the invoice's payload; None
            if the payload is of no bill. If it is None itself, payloads are not checked, and the
            sender of the message has paid.
    """

    def __init__(self, bot: Bot, payer_of: Callable[[str], int | None] | None = None) -> None:
        self._bot = bot
        self._payer_of = payer_of

    def read(self, body: bytes) -> Reading:
        """Read an update from its bytes, as far as that is possible."""
        if not may_be_too_long(body):
            try:
                return Reading(Update.model_validate_json(body, context={"bot": self._bot}))
            except (ValidationError, RecursionError):
                pass
        try:
            # Parsed again instead of copied, because `deepcopy` does not go as deep as the parser.
            data, to_reduce, source = loads(body), loads(body), loads(body)
        except ValueError:
            # A body that was cut off may be a payment.
            payments = (f"message.{name}" for name in PAYMENTS if _has_field(body, name))
            return Reading(None, left_out=tuple(payments), is_json=False)
        if not isinstance(data, dict):
            return Reading(None)
        return self._read_leniently(data, cast("Json", to_reduce), cast("Json", source))

    def _read_leniently(self, data: Json, to_reduce: Json, source: Json) -> Reading:
        """Read the parts of an update that can be read.

        Args:
            data: The update.
            to_reduce: A copy, which is changed.
            source: A further copy, of which parts are changed.
        """
        kind = next((name for name in data if name in KINDS), "")
        content = data.get(kind, {})
        if not isinstance(content, dict):
            return Reading(None, kind, (kind,))
        update, left_out = self._reduced(to_reduce)
        payment = next((name for name in PAYMENTS if name in content), "")
        if update is None or not all(map(is_optional, left_out)):
            update = None
            if payment and kind == "message" and (alone := self._alone(source, payment)):
                update, rest = self._reduced(alone)
                left_out = list(dict.fromkeys([*left_out, *rest]))
                if not all(map(is_optional, rest)):
                    update = None
        elif payment and self._payer(content, payment) is None:
            # A payment has happened, but the update does not tell whose bill it was.
            update = None
        if update is None and payment:
            left_out = list(dict.fromkeys([(kind, payment), *left_out]))
        return Reading(update, kind, tuple(".".join(map(str, p)) for p in left_out), content)

    def _reduced(self, data: Json) -> tuple[Update | None, list[PartPath]]:
        """Leave out the parts of an update that can't be read, from the inside out.

        Args:
            data: The update; it is changed.

        Returns:
            The rest of the update, None if it can't be an update, and the paths of the parts that
            were left out.
        """
        left_out: dict[PartPath, None] = {}
        for _ in range(ROUNDS):
            try:
                update = Update.model_validate(data, context={"bot": self._bot})
                return update, outermost(left_out)
            except RecursionError:
                break
            except ValidationError as error:
                parts = refused_parts(data, error)
            # Innermost parts first, and the last item of a list first, so that the other paths
            # stay right.
            for part in sorted(parts, reverse=True):
                if len(part) <= 1:
                    return None, [*outermost(left_out), part]
                left_out[leave_out(data, part)] = None
        return None, outermost(left_out)

    def _alone(self, data: Json, name: str) -> Json | None:
        """Return an update that contains only the payment, or the refund, of a message.

        A payment has happened, so it must not get lost with the rest of the message. If the chat
        can't be read either, it is taken for the private one, which has the id of its person.

        Args:
            data: The update; the result has parts of it.
            name: The field of the payment or refund.

        Returns:
            None if the payment can't be read.
        """
        content = data["message"]
        payer = self._payer(content, name)
        if payer is None:
            return None
        person = content["from"] if isinstance(content.get("from"), dict) else {}
        provider = content[name].get(PROVIDER)
        person_id, date = _integer(person.get("id"), payer), _integer(content.get("date"), 0)
        message = {
            "message_id": _integer(content.get("message_id"), 0),
            "date": date if 0 < date < LATEST else int(time.time()),
            "chat": self._chat(content) or {"id": person_id, "type": "private"},
            "from": {
                "id": person_id,
                "is_bot": False,
                "first_name": "",
                "language_code": person.get("language_code"),
            },
            name: {**content[name], PROVIDER: provider if isinstance(provider, str) else ""},
        }
        return {"update_id": data.get("update_id"), "message": message}

    def _chat(self, content: Json) -> Json | None:
        """Return the chat of a payment; None if bills are sent in private chats only."""
        chat = content.get("chat")
        if self._payer_of or not isinstance(chat, dict) or type(chat.get("id")) is not int:
            return None
        return {"id": chat["id"], "type": chat["type"]} if chat.get("type") in CHATS else None

    def _payer(self, content: Json, name: str) -> int | None:
        """Return the id of the person whose bill was paid, None if the payment can't be read."""
        payment = content[name]
        texts = [payment.get(name) for name in VITAL] if isinstance(payment, dict) else []
        if not texts or any(not isinstance(text, str) or REPLACEMENT in text for text in texts):
            return None
        return self._payer_of(str(texts[0])) if self._payer_of else _sender(content)


def _has_field(body: bytes, name: str) -> bool:
    """Return whether bytes hold a field's name. In a person's text its quotes have backslashes."""
    return re.search(rf'"{name}"\s*:'.encode(), body) is not None


def _sender(content: Json) -> int | None:
    """Return the id of the person who sent a message, None if it can't be read."""
    person, chat = content.get("from"), content.get("chat")
    if isinstance(person, dict) and type(person.get("id")) is int:
        return cast("int", person["id"])
    if isinstance(chat, dict) and chat.get("type") == ChatType.PRIVATE:
        return cast("int", chat["id"]) if type(chat.get("id")) is int else None
    return None


def _integer(value: object, default: int) -> int:
    return value if type(value) is int else default
