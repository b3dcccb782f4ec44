"""Inline mode: answers inline queries with a counter, the game, and the person's totals."""

from datetime import tzinfo

import structlog
from aiogram import Router
from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import TelegramMethod
from aiogram.types import (
    CallbackGame,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultGame,
    InlineQueryResultsButton,
    InputTextMessageContent,
)

from db.models import LABEL_MAX
from durable_dialogs import ask
from handlers.inline_counter import COUNTER, Stage, counter_keyboard, counter_window
from handlers.inline_totals import find_totals
from locales import Texts
from people.drafts import Drafts
from widgets.services import Services

STEPS = (-1, 1)
"""The steps of an inline counter."""

ANSWER = 5
"""Seconds to wait until Telegram accepts a game; the person's other updates wait meanwhile."""

GAME = "game"
"""Result id of the game."""

log = structlog.get_logger(__name__)

router = Router(name="inline offers")


@router.inline_query()
async def offer(
    query: InlineQuery,
    *,
    texts: Texts,
    zone: tzinfo,
    services: Services,
    game_url: str | None,
) -> TelegramMethod[bool] | None:
    """Offer a new counter with the typed name, the game, and the person's totals."""
    first: list[InlineQueryResultArticle] = []
    if not query.offset:
        first.append(await _offer_counter(query, texts, services.drafts))
    found, further = await find_totals(
        services.totals, texts, zone, query.from_user.id, query.offset
    )
    # Not cached: each offered counter has a draft of its own and belongs to one person.
    answer = query.answer(
        [*first, *found],
        cache_time=0,
        is_personal=True,
        next_offset=further,
        button=InlineQueryResultsButton(text=texts("inline-private"), start_parameter="inline"),
    )
    if not first or not services.game or not game_url:
        return answer
    results = [*first, _offer_game(services.game, texts), *found]
    with_game = answer.model_copy(update={"results": results})
    try:
        is_offered = await ask(lambda: with_game, within=ANSWER, raising=(TelegramBadRequest,))
    except TelegramBadRequest as error:
        # Perhaps @BotFather does not know the game. The counter is offered without it.
        log.warning("game_not_offered", error=error.message)
        return answer
    return None if is_offered else answer


async def _offer_counter(
    query: InlineQuery, texts: Texts, drafts: Drafts
) -> InlineQueryResultArticle:
    label = " ".join(query.query.split())[:LABEL_MAX] or None
    draft = {
        "poster": query.from_user.id,
        # The client's language: used while the poster has chosen no language.
        "language": query.from_user.language_code,
        # The language of the message as it will be posted.
        "spoken": texts.language,
        "label": label,
        "steps": STEPS,
    }
    name = await drafts.keep(draft)
    window = counter_window(texts, {**draft, "draft": name, "value": 0, "stage": Stage.COUNTING})
    return InlineQueryResultArticle(
        id=f"{COUNTER}:{name}",
        title=texts("inline-counter-named", label=label) if label else texts("inline-counter"),
        description=texts("inline-counter-hint"),
        input_message_content=InputTextMessageContent(message_text=window.text or ""),
        reply_markup=counter_keyboard(texts, name, STEPS),
    )


def _offer_game(game: str, texts: Texts) -> InlineQueryResultGame:
    """Make the result with the game; `handlers/game.py` answers presses on it."""
    play = InlineKeyboardButton(text=texts("game-play"), callback_game=CallbackGame())
    share = InlineKeyboardButton(text=texts("game-share"), switch_inline_query="")
    keyboard = InlineKeyboardMarkup(inline_keyboard=[[play], [share]])
    return InlineQueryResultGame(id=GAME, game_short_name=game, reply_markup=keyboard)
