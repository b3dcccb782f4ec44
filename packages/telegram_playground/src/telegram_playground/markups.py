"""Reads a `reply_markup`, which can be one of four kinds."""

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
"""The kind of markup by the field that marks it; the first one counts, as in `Client.cpp`."""

BUTTONS = {"keyboard": "keyboard button", "inline_keyboard": "inline keyboard button"}

BUTTON_DEPTH = 3
"""Steps of the path to a button: the field, the row, the position in the row."""


def parse_markup(value: object) -> Markup | None:
    """Read a `reply_markup`.

    The kind is chosen by its field, because pydantic would take any object for a
    `ReplyKeyboardRemove`.

    Returns:
        The markup, or `None` if it has none of the fields.

    Raises:
        BadRequestError: If its fields are wrong.
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
