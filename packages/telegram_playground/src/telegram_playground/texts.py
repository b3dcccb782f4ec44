"""Texts and captions in the calls of a bot, as fields of a message."""

from collections.abc import Sequence

from aiogram.client.default import Default
from aiogram.types import LinkPreviewOptions, MessageEntity

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

Mode = str | Default | None
Entities = Sequence[MessageEntity] | None


def text_content(
    telegram: Telegram, text: str, mode: Mode, entities: Entities, preview: object
) -> Json:
    """The fields of a message with a text.

    Args:
        telegram: Where mentioned persons are looked up.
        text: The text as the bot sends it.
        mode: How its markup is to be read.
        entities: Entities given beside it.
        preview: `LinkPreviewOptions`, or anything else for none.

    Raises:
        BadRequestError: If Telegram would not take it.
    """
    text, found = _formatted(telegram, text, mode, entities)
    content: Json = {"text": text}
    if found:
        content["entities"] = found
    if isinstance(preview, LinkPreviewOptions):
        content["link_preview_options"] = preview.model_dump(exclude_unset=True, exclude_none=True)
    return content


def caption_content(
    telegram: Telegram,
    caption: str | None,
    mode: Mode,
    entities: Entities,
    *,
    above: object = None,
) -> Json:
    """The fields of a message with a caption, which may be empty.

    Args:
        telegram: Where mentioned persons are looked up.
        caption: The caption as the bot sends it.
        mode: How its markup is to be read.
        entities: Entities given beside it.
        above: `True` if it is to stand above the picture.

    Raises:
        BadRequestError: If Telegram would not take it.
    """
    if caption is None or not caption.strip():
        return {}
    text, found = _formatted(telegram, caption, mode, entities)
    if len(text) > MAX_CAPTION:
        raise BadRequestError("message caption is too long")
    content: Json = {"caption": text}
    if found:
        content["caption_entities"] = found
    if above is True:
        content["show_caption_above_media"] = True
    return content


def _formatted(
    telegram: Telegram, text: str, mode: Mode, entities: Entities
) -> tuple[str, list[Json]]:
    text, found = format_text(text, mode if isinstance(mode, str) else None, entities)
    return text, [entity for entity in found if _resolve_mention(telegram, entity)]


def _resolve_mention(telegram: Telegram, entity: Json) -> bool:
    """Fill in whom a text mention means; one of somebody unknown is dropped."""
    if entity["type"] == "text_mention":
        person = telegram.state.persons.get(entity["user"]["id"])
        if person is None:
            return False
        entity["user"] = person.user
    return True
