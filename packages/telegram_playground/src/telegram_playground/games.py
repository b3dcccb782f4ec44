"""setGameScore and getGameHighScores."""

from telegram_playground.edits import find_inline
from telegram_playground.errors import BadRequestError
from telegram_playground.parameters import Parameters
from telegram_playground.state import Chat, Json, Message
from telegram_playground.telegram import Telegram


def set_game_score(telegram: Telegram, call: Parameters) -> Json | bool:
    """Set a person's score in a game (setGameScore)."""
    chat, message = _game(telegram, call)
    telegram.user(call.user_id)
    if call.score < 0:
        raise BadRequestError("SCORE_INVALID")
    before = message.scores.get(call.user_id)
    if call.score == before or (before is not None and call.score < before and not call.force):
        raise BadRequestError("BOT_SCORE_NOT_MODIFIED")
    message.scores[call.user_id] = call.score
    telegram.touch(chat, message)
    return True if message.inline_id else telegram.show(chat, message)


def get_game_high_scores(telegram: Telegram, call: Parameters) -> list[Json]:
    """List the scores in a game, the best first (getGameHighScores)."""
    _, message = _game(telegram, call)
    telegram.user(call.user_id)
    return high_scores(telegram, message)


def high_scores(telegram: Telegram, message: Message) -> list[Json]:
    """List the scores in a message's game as `GameHighScore` objects, the best first."""
    best = sorted(message.scores.items(), key=lambda item: -item[1])
    return [
        {"position": position, "user": telegram.user(user_id), "score": score}
        for position, (user_id, score) in enumerate(best, start=1)
    ]


def _game(telegram: Telegram, call: Parameters) -> tuple[Chat, Message]:
    if call.inline_message_id is not None:
        chat, message = find_inline(telegram, call.inline_message_id)
    else:
        chat = telegram.writable_chat("" if call.chat_id is None else call.chat_id)
        found = chat.messages.get(call.message_id or 0)
        if found is None:
            raise BadRequestError("message not found")
        message = found
    if "game" not in message.json:
        raise BadRequestError("message has no game")
    return chat, message
