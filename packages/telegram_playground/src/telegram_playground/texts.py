"""Turns texts and captions of a bot's calls into fields of a message."""

from collections.abc import Sequence
from functools import partial

from telegram_playground.errors import BadRequestError
from telegram_playground.formatting import format_text
from telegram_playground.state import Json
from telegram_playground.telegram import Telegram

MAX_CAPTION = 1024
"""Characters of a caption after its entities were parsed (Bot API, sendPhoto)."""

TEXT = ("text", "entities", "link_preview_options")
"""Fields of a message that a text fills."""

CAPTION = ("caption", "caption_entities", "show_caption_above_media")
"""Fields of a message that a caption fills."""

Entities = Sequence[Json] | None


def text_content(
    telegram: Telegram, text: str, mode: str | None, entities: Entities, preview: Json | None
) -> Json:
    """Give the fields of a message with a text.

    Args:
        telegram: The playground, which knows the persons that the text mentions.
        text: The text as the bot sends it.
        mode: The parse mode.
        entities: The entities given with the text.
        preview: The `LinkPreviewOptions`.

    Raises:
        BadRequestError: If Telegram would refuse the text.
    """
    if not text:
        raise BadRequestError("message text is empty")
    text, found = _formatted(telegram, text, mode, entities)
    content: Json = {"text": text}
    if found:
        content["entities"] = found
    if preview is not None:
        content["link_preview_options"] = preview
    return content


def caption_content(
    telegram: Telegram,
    caption: str | None,
    mode: str | None,
    entities: Entities,
    *,
    above: bool | None = None,
) -> Json:
    """Give the fields of a message with a caption; none if it is empty.

    Args:
        telegram: The playground, which knows the persons that the caption mentions.
        caption: The caption as the bot sends it.
        mode: The parse mode.
        entities: The entities given with the caption.
        above: `True` shows the caption above the picture.

    Raises:
        BadRequestError: If Telegram would refuse the caption.
    """
    content = named_text(telegram, "caption", caption or "", (mode, entities), may_be_blank=True)
    if not content:
        return {}
    if len(content["caption"]) > MAX_CAPTION:
        raise BadRequestError("message caption is too long")
    if above:
        content["show_caption_above_media"] = True
    return content


def named_text(
    telegram: Telegram,
    name: str,
    text: str,
    markup: tuple[str | None, Entities],
    *,
    may_be_blank: bool = False,
) -> Json:
    """Give a text and its entities as two fields, such as `question` and `question_entities`.

    Args:
        telegram: The playground, which knows the persons that the text mentions.
        name: The name of the field for the text.
        text: The text as the bot sends it.
        markup: The parse mode, if it is a string, and the entities given with the text.
        may_be_blank: An empty text is taken; there are no fields then.

    Raises:
        BadRequestError: If Telegram would refuse the text.
    """
    text, found = _formatted(telegram, text, *markup, may_be_blank=may_be_blank)
    if not text:
        return {}
    return {name: text, f"{name}_entities": found} if found else {name: text}


def _formatted(
    telegram: Telegram,
    text: str,
    mode: str | None,
    entities: Entities,
    *,
    may_be_blank: bool = False,
) -> tuple[str, list[Json]]:
    return format_text(
        text,
        mode,
        entities,
        resolve=partial(_with_person, telegram),
        may_be_blank=may_be_blank,
    )


def _with_person(telegram: Telegram, entity: Json) -> Json | None:
    """Put the `User` into a text mention; return `None` if there is no such person."""
    if entity["type"] != "text_mention":
        return entity
    person = telegram.state.persons.get(entity["user"]["id"])
    return entity | {"user": person.user} if person else None
