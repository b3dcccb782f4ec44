"""Which kind of keyboard a `reply_markup` is."""

from aiogram.types import (
    ForceReply,
    InlineKeyboardMarkup,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from pydantic import ValidationError

from telegram_playground.errors import BadRequestError

Markup = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove | ForceReply

KINDS: dict[str, type[Markup]] = {
    "keyboard": ReplyKeyboardMarkup,
    "inline_keyboard": InlineKeyboardMarkup,
    "remove_keyboard": ReplyKeyboardRemove,
    "force_reply": ForceReply,
}
"""What each field makes of a markup; the first that is there counts, as in `Client.cpp`."""

BUTTONS = {"keyboard": "keyboard button", "inline_keyboard": "inline keyboard button"}
BUTTON_DEPTH = 3
"""How deep a button lies in a markup: the field, the row, the place in the row."""


def parse_markup(value: object) -> Markup | None:
    """Read a `reply_markup`.

    Without any of the fields that make it one it is none: left to itself, a union of models would
    take anything for a `ReplyKeyboardRemove`.

    Raises:
        BadRequestError: If it is not what it seems to be.
    """
    if not isinstance(value, dict):
        raise BadRequestError("object expected as reply markup")
    field = next((name for name in KINDS if value.get(name)), None)
    if field is None:
        return None
    try:
        return KINDS[field].model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
    if field not in BUTTONS:
        raise BadRequestError(f'field "{field}" must be of type Boolean')
    if len(first["loc"]) < BUTTON_DEPTH:
        raise BadRequestError(f'field "{field}" must be an Array of Arrays')
    name = ".".join(map(str, first["loc"][BUTTON_DEPTH:]))
    problem = f'Can\'t find field "{name}"' if first["type"] == "missing" else first["msg"]
    if name and first["type"] != "missing":
        problem = f'Field "{name}": {problem}'
    raise BadRequestError(f"can't parse {BUTTONS[field]}: {problem}")
