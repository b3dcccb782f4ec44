"""Objects of the Bot API as scripts and tests see them: JSON whose fields are attributes."""

from __future__ import annotations

from typing import Any, ClassVar

from telegram_playground.errors import WrongValueError
from telegram_playground.schema import OBJECTS, alternatives, fields_of
from telegram_playground.state import Json
from telegram_playground.values import kind_of


class Object:
    """An object of the Bot API.

    Each of its fields is an attribute, which is `None` if the field is absent. Objects in it are
    `Object` too. The field `from`, which is a keyword of Python, is `from_user`.

    Args:
        json: The object as JSON.

    Attributes:
        json: The object as JSON.

    Raises:
        AttributeError: For a name that the Bot API does not know.
    """

    classes: ClassVar[dict[str, type[Object]]] = {}

    def __init_subclass__(cls) -> None:
        Object.classes[cls.__name__] = cls

    def __init__(self, json: Json) -> None:
        self.json = json

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any field
        written = "from" if name == "from_user" else name
        kind = type(self).__name__
        known = fields_of(kind) if kind in OBJECTS else {}
        if name == "json" or (written not in known and written not in self.json):
            raise AttributeError(f"{kind} has no field {written!r}")
        value = self.json.get(written)
        return view(known[written].type, value) if written in known else value

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.json == self.json

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.json})"

    __hash__ = None  # type: ignore[assignment]  # as for any container that can change


class User(Object):
    """A person or bot."""

    id: int
    is_bot: bool
    first_name: str
    last_name: str | None
    username: str | None
    language_code: str | None


class Chat(Object):
    """A private chat, group or channel."""

    id: int
    type: str
    title: str | None
    username: str | None


class InlineKeyboardButton(Object):
    """A button below a message."""

    text: str
    callback_data: str | None
    url: str | None


class InlineKeyboardMarkup(Object):
    """The buttons below a message."""

    inline_keyboard: list[list[InlineKeyboardButton]]


def view(type_: str, value: object) -> Any:  # noqa: ANN401 - any JSON
    """Give JSON with each object in it as `Object`.

    Args:
        type_: The type of the value, as in `schema`.
        value: The JSON.
    """
    kinds = alternatives(type_)
    objects = [kind for kind in kinds if kind in OBJECTS]
    items = [kind[1:-1] for kind in kinds if kind.startswith("[")]
    if items and isinstance(value, list):
        return [view(items[0], item) for item in value]
    if not (objects and isinstance(value, dict)):
        return value
    try:
        kind = kind_of(objects, value)
    except WrongValueError:
        kind = objects[0]
    if kind not in Object.classes:
        type(kind, (Object,), {})  # adds itself to the classes
    return Object.classes[kind](value)
