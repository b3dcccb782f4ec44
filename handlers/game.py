"""Handler of presses on Play.

Such a press carries the game's short name and no callback data, so no dialog gets it.
"""

from urllib.parse import urlencode

from aiogram import Router
from aiogram.types import CallbackQuery
from aiogram.utils.callback_answer import CallbackAnswer

from handlers.answering import AnswerMiddleware
from locales import Texts
from signed.tickets import Ticket
from widgets.notice import Notice
from widgets.services import Services

router = Router(name="game")
router.callback_query.middleware(AnswerMiddleware())


async def is_play(callback: CallbackQuery) -> bool:
    """Tell whether a press opens a game.

    A coroutine because aiogram runs other filters in a thread, and this one runs for every press.
    """
    return callback.game_short_name is not None


@router.callback_query(is_play)
async def play(
    callback: CallbackQuery,
    *,
    callback_answer: CallbackAnswer,
    texts: Texts,
    services: Services,
    game_url: str | None,
) -> None:
    """Answer with the game's address; a ticket in it names the person and the message.

    Raises:
        Notice: It is another game, or the game was switched off.
    """
    if callback.game_short_name != services.game or game_url is None:
        raise Notice("game-unknown", alert=True)
    message = callback.message
    ticket = Ticket(
        callback.from_user.id,
        texts.language,
        chat_id=message.chat.id if message else None,
        message_id=message.message_id if message else None,
        inline_message_id=callback.inline_message_id,
    )
    callback_answer.url = f"{game_url}?{urlencode({'ticket': services.tickets.issue(ticket)})}"
