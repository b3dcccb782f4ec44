"""The game: a message of the game type, whose button opens a page (web/game.py)."""

from functools import partial
from typing import Any

from aiogram import Bot
from aiogram.types import CallbackQuery, GameHighScore
from aiogram_dialog import Dialog, DialogManager, ShowMode
from aiogram_dialog.widgets.kbd import (
    Button,
    Cancel,
    Row,
    SwitchInlineQueryChosenChatButton,
    Url,
)
from aiogram_dialog.widgets.text import Const, Format
from magic_filter import F

from durable_dialogs import ask, unit_of_work
from states import Game
from widgets.game import GameMessage, Play
from widgets.notice import Notice
from widgets.services import bot_of, services_of, texts_of
from widgets.text import T
from widgets.window import Window

PATIENCE = 5
"""Seconds to wait for Telegram's high scores."""

ANSWER_MAX = 200
"""Characters that an answer to a press may have (Bot API, answerCallbackQuery)."""

NAME_MAX = 24
"""Characters of a name in the high scores; the rest is cut off."""


async def get_game(
    dialog_manager: DialogManager, bot: Bot, game_url: str | None, **_: object
) -> dict[str, Any]:
    """Give the game and how to share it, or why it cannot be played."""
    game = services_of(dialog_manager).game
    me = await bot.me()
    return {
        "game": game,
        "has_page": game_url is not None,
        "is_on": game is not None and game_url is not None,
        "username": me.username,
        "has_inline": bool(me.supports_inline_queries),
        "in_menu": not dialog_manager.start_data,
    }


async def show_scores(callback: CallbackQuery, _button: Button, manager: DialogManager) -> None:
    """Tell the high scores of this message's game.

    Raises:
        Notice: Telegram does not answer in time.
    """
    manager.show_mode = ShowMode.NO_UPDATE
    if callback.message is None:
        return
    message = callback.message
    scores = await ask(
        partial(
            bot_of(manager).get_game_high_scores,
            callback.from_user.id,
            message.chat.id,
            message.message_id,
        ),
        within=PATIENCE,
    )
    if scores is None:
        raise Notice("notice-away")
    text = table(scores) or texts_of(manager)("game-no-scores")
    unit_of_work(manager).answer(text, alert=True)


def table(scores: list[GameHighScore]) -> str:
    """Write high scores, a line each, as many as fit into an answer."""
    text = ""
    for line in scores:
        more = f"{line.position}. {line.user.full_name[:NAME_MAX]}: {line.score}\n"
        if len(text + more) > ANSWER_MAX:
            break
        text += more
    return text.rstrip()


window = Window(
    T("game-title"),
    T("game-no-name", when=~F["game"]),
    T("game-no-page", when=~F["has_page"]),
    T("game-refused", when="is_on"),
    GameMessage(Format("{game}"), when="is_on"),
    Play(T("game-play"), when="is_on"),
    Row(
        Button(T("game-best"), id="best", on_click=show_scores),
        SwitchInlineQueryChosenChatButton(
            T("game-share"),
            Const(""),
            allow_user_chats=True,
            allow_group_chats=True,
            when="has_inline",
        ),
        Url(
            T("game-share"),
            Format("https://t.me/{username}?game={game}"),
            when=~F["has_inline"],
        ),
        when="is_on",
    ),
    Cancel(T("back"), when="in_menu"),
    state=Game.playing,
)

dialog = Dialog(
    window,
    getter=get_game,
    preview_data={
        "game": "tap_race",
        "has_page": True,
        "is_on": True,
        "username": "tally_bot",
        "has_inline": True,
        "in_menu": True,
    },
)
