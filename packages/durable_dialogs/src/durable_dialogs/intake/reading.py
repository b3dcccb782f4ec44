"""From the bytes of an update to what aiogram knows, as far as they can be read.

A newer Bot API server, or a person with a modified client, may send what aiogram's models
refuse. What they refuse is often beside the point, such as a message that was replied to. So an
update is read strictly first, and if that fails again without the parts that can't be read.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from aiogram import Bot
from aiogram.types import Update
from pydantic import ValidationError

from durable_dialogs.intake.optional_parts import Place, is_beside
from durable_dialogs.telegram.lenient_json import REPLACEMENT, loads, may_be_too_long

Json = dict[str, Any]

ROUNDS = 20
"""How often parts are left out before an update is given up; each round gets at least one level
further out."""

KINDS = frozenset(Update.model_fields) - {"update_id"}
PAYMENTS = ("successful_payment", "refunded_payment")
VITAL = ("invoice_payload", "currency", "telegram_payment_charge_id")
"""Texts of a payment of which every character counts."""
PROVIDER = "provider_payment_charge_id"
"""A text of a payment that is only noted; it is empty for Stars."""

NESTED = frozenset({"message", "pinned_message", "reply_to_message"})
"""Fields within another object that are messages."""
FORWARDED: Json = {"type": "hidden_user", "sender_user_name": "", "date": 0}
"""Stands for where a message was forwarded from: it must not be taken for the sender's own."""
REST = "*"
"""Ends the place of a part of which only what matters is left."""
SHOWN = 10
"""Places that are shown to a person."""
LATEST = 2**33
"""A time in seconds that no message has yet."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What could be read of an update.

    Attributes:
        update: The update without the parts that can't be read; None if it can't be used.
        kind: Its kind, "" if it is whole or if not even that can be read.
        left_out: Where those parts stand, such as `message.quote`.
        content: What stands under its kind, as JSON; empty if the update is whole.
        is_json: Whether it is JSON at all.
    """

    update: Update | None
    kind: str = ""
    left_out: tuple[str, ...] = ()
    content: Mapping[str, Any] = field(default_factory=dict)
    is_json: bool = True

    @property
    def is_whole(self) -> bool:
        """Whether nothing of it is missing or was replaced."""
        return self.update is not None and not self.kind

    @property
    def why(self) -> str:
        """Where the parts stand that can't be read, for a person; nothing of it is from people."""
        places = " ".join(self.left_out[:SHOWN])
        if not self.left_out:
            places = "no update" if self.is_json else "no JSON"
        return places if len(self.left_out) <= SHOWN else f"{places} ..."


class Reader:
    """Reads updates.

    Args:
        bot: The bot that they are for.
        payer_of: Gives the id of the person who was billed by an invoice's payload, None if it
            is of no bill.
    """

    def __init__(self, bot: Bot, payer_of: Callable[[str], int | None]) -> None:
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
            data = loads(body)
        except ValueError:
            return Reading(None, is_json=False)
        return self._read_leniently(data) if isinstance(data, dict) else Reading(None)

    def _read_leniently(self, data: Json) -> Reading:
        kind = next((name for name in data if name in KINDS), "")
        content = data.get(kind, {})
        if not isinstance(content, dict):
            return Reading(None, kind, (kind,))
        update, left_out = self._reduced(deepcopy(data))
        payment = next((name for name in PAYMENTS if name in content), "")
        if update is None or not all(map(is_beside, left_out)):
            update = None
            if payment and kind == "message" and (alone := self._alone(data, payment, content)):
                update, rest = self._reduced(alone)
                left_out = list(dict.fromkeys([*left_out, *rest]))
                if not all(map(is_beside, rest)):
                    update = None
        elif payment and self._payer(content[payment]) is None:
            # Money has changed hands, but for what can't be read.
            update, left_out = None, [*left_out, (kind, payment)]
        return Reading(update, kind, tuple(".".join(map(str, p)) for p in left_out), content)

    def _reduced(self, data: Json) -> tuple[Update | None, list[Place]]:
        """Leave out of an update, from the inside out, what can't be read.

        Args:
            data: The update; it is changed.

        Returns:
            What is left, None if that can't be an update, and the places of what is not.
        """
        left_out: dict[Place, None] = {}
        for _ in range(ROUNDS):
            try:
                update = Update.model_validate(data, context={"bot": self._bot})
                return update, _outermost(left_out)
            except RecursionError:
                break
            except ValidationError as error:
                places = _places(data, error)
            # The innermost first, and the last of a list first: so no place moves.
            for place in sorted(places, reverse=True):
                if len(place) <= 1:
                    return None, [*_outermost(left_out), place]
                left_out[_leave_out(data, place)] = None
        return None, _outermost(left_out)

    def _alone(self, data: Json, name: str, content: Json) -> Json | None:
        """Give a message that says only that somebody has paid, or was given back what they paid.

        Money has changed hands, so it must not get lost with what else is in the message.
        Bills are sent in private chats only, and those have their person's id.
        """
        payer = self._payer(content[name])
        if payer is None:
            return None
        person = content["from"] if isinstance(content.get("from"), dict) else {}
        provider = content[name].get(PROVIDER)
        person_id, date = _integer(person.get("id"), payer), _integer(content.get("date"), 0)
        message = {
            "message_id": _integer(content.get("message_id"), 0),
            "date": date if 0 < date < LATEST else int(time.time()),
            "chat": {"id": person_id, "type": "private"},
            "from": {
                "id": person_id,
                "is_bot": False,
                "first_name": "",
                "language_code": person.get("language_code"),
            },
            name: {**content[name], PROVIDER: provider if isinstance(provider, str) else ""},
        }
        return deepcopy({"update_id": data.get("update_id"), "message": message})

    def _payer(self, payment: object) -> int | None:
        """Give the id of the person whose bill was paid, None if a payment can't be read."""
        said = [payment.get(name) for name in VITAL] if isinstance(payment, dict) else []
        if not said or any(not isinstance(text, str) or REPLACEMENT in text for text in said):
            return None
        return self._payer_of(str(said[0]))


def _places(data: Json, error: ValidationError) -> set[Place]:
    """Give the innermost places that are there of what a model refuses."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    # A pressed message may be one or the other, and what is said of the other is beside the point.
    return {_place(data, f["loc"]) for f in faults if "InaccessibleMessage" not in f["loc"]}


def _place(data: Json, location: Sequence[str | int]) -> Place:
    """Take out of pydantic's location of a fault what names no part of the data."""
    node: Any = data
    place: list[str | int] = []
    for step in location:
        is_there = step in node if isinstance(node, dict) else isinstance(node, list)
        if is_there and (isinstance(node, dict) or isinstance(step, int)):
            node = node[step]
            place.append(step)
    return tuple(place)


def _leave_out(data: Json, place: Place) -> Place:
    """Leave a part out; of a message within another keep which it is.

    Returns:
        Its place, ending in `REST` if something is kept.
    """
    *outer, last = place
    holder: Any = data
    for step in outer:
        holder = holder[step]
    known = FORWARDED if last == "forward_origin" else None
    if last in NESTED:
        known = _known(holder[last], holder)
    if known and holder[last] != known:
        holder[last] = known
        return (*place, REST)
    del holder[last]
    return place


def _outermost(places: Collection[Place]) -> list[Place]:
    """Give the places that are in no other."""
    whole = {place[:-1] if place[-1] == REST else place for place in places}
    return [
        place
        for place in places
        if not any(place[:end] in whole for end in range(1, len(place) - (place[-1] == REST)))
    ]


def _known(message: object, holder: Json) -> Json | None:
    """Give a message that can't be seen, as Telegram does: chat, id and no date.

    Args:
        message: A message.
        holder: What it stands in: a message of the same chat, or a press.
    """
    if not isinstance(message, dict) or type(message.get("message_id")) is not int:
        return None
    for chat in (message.get("chat"), holder.get("chat")):
        if isinstance(chat, dict) and {"id", "type"} <= chat.keys():
            kept = {"id": chat["id"], "type": chat["type"]}
            return {"message_id": message["message_id"], "date": 0, "chat": kept}
    return None


def _integer(value: object, default: int) -> int:
    return value if type(value) is int else default
