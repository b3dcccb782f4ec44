"""Leaving parts out of an update that aiogram's models refuse."""

from collections.abc import Collection, Sequence
from typing import Any

from pydantic import ValidationError

from durable_dialogs.intake.optional_parts import PartPath

Json = dict[str, Any]

NESTED = frozenset({"message", "pinned_message", "reply_to_message"})
"""Fields of another object that are messages."""
FORWARDED: Json = {"type": "hidden_user", "sender_user_name": "", "date": 0}
"""Replaces a `forward_origin` that can't be read, so that the message still counts as forwarded."""
REST = "*"
"""Ends the path of a part of which only the required fields are left."""


def refused_parts(data: Json, error: ValidationError) -> set[PartPath]:
    """Return the paths of the innermost existing parts that a model refuses."""
    errors = error.errors(include_url=False, include_context=False, include_input=False)
    # A pressed message is read as Message or InaccessibleMessage; only the errors of the first tell
    # what is wrong with it.
    return {_path(data, e["loc"]) for e in errors if "InaccessibleMessage" not in e["loc"]}


def _path(data: Json, location: Sequence[str | int]) -> PartPath:
    """Remove from the location of a pydantic error what names no part of the data."""
    node: Any = data
    path: list[str | int] = []
    for step in location:
        is_there = step in node if isinstance(node, dict) else isinstance(node, list)
        if is_there and (isinstance(node, dict) or isinstance(step, int)):
            node = node[step]
            path.append(step)
    return tuple(path)


def leave_out(data: Json, part: PartPath) -> PartPath:
    """Leave a part out; of a message within another one, keep chat and id.

    Returns:
        The part's path, ending in `REST` if something is kept.
    """
    *outer, last = part
    holder: Any = data
    for step in outer:
        holder = holder[step]
    known = FORWARDED if last == "forward_origin" else None
    if last in NESTED:
        known = _known(holder[last], holder)
    if known and holder[last] != known:
        holder[last] = known
        return (*part, REST)
    del holder[last]
    return part


def outermost(parts: Collection[PartPath]) -> list[PartPath]:
    """Return the paths of the parts that are inside no other part."""
    whole = {part[:-1] if part[-1] == REST else part for part in parts}
    return [
        part
        for part in parts
        if not any(part[:end] in whole for end in range(1, len(part) - (part[-1] == REST)))
    ]


def _known(message: object, holder: Json) -> Json | None:
    """Reduce a message to chat, id and date 0 (Bot API, InaccessibleMessage).

    Args:
        message: A message.
        holder: The object that contains it: a message of the same chat, or a press.

    Returns:
        None if the message's chat or id is not known.
    """
    if not isinstance(message, dict) or type(message.get("message_id")) is not int:
        return None
    for chat in (message.get("chat"), holder.get("chat")):
        if isinstance(chat, dict) and {"id", "type"} <= chat.keys():
            kept = {"id": chat["id"], "type": chat["type"]}
            return {"message_id": message["message_id"], "date": 0, "chat": kept}
    return None
