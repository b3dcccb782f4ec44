"""sendPoll, stopPoll, and votes."""

import secrets
from typing import Any

from telegram_playground.errors import BadRequestError, ControlError
from telegram_playground.keyboards import check_inline_keyboard
from telegram_playground.parameters import Parameters
from telegram_playground.sending import posted
from telegram_playground.state import Json, Person, Poll
from telegram_playground.telegram import Telegram
from telegram_playground.texts import named_text

MAX_QUESTION = 300
MAX_OPTIONS = 12
MAX_OPTION = 100
QUIZ = "quiz"


def send_poll(telegram: Telegram, call: Parameters) -> Json:
    """Send a poll or quiz as the bot (sendPoll)."""
    correct = call.correct_option_ids
    if correct is None and call.correct_option_id is not None:
        correct = [call.correct_option_id]
    question = named_text(
        telegram, "question", call.question, (call.question_parse_mode, call.question_entities)
    )
    content = poll_content(
        _with_emoji(question, "question"),
        [_option(telegram, option) for option in call.options],
        type_=call.type or "regular",
        correct=correct,
        is_anonymous=call.is_anonymous is not False,
        is_closed=bool(call.is_closed),
        allows_multiple_answers=bool(call.allows_multiple_answers),
        **_explanation(telegram, call),
        **({"open_period": call.open_period} if call.open_period else {}),
    )
    message, shown = posted(telegram, call, content)
    keep_poll(telegram, message.json["poll"], message.json["chat"]["id"], message.id)
    return shown


def _option(telegram: Telegram, option: Json) -> Json:
    markup = option.get("text_parse_mode"), option.get("text_entities")
    fields = named_text(telegram, "text", option["text"], markup)
    return _with_emoji(fields, "text")


def _with_emoji(fields: Json, name: str) -> Json:
    """Keep only custom emoji of the entities of a question or an option (Bot API, sendPoll)."""
    entities = fields.get(f"{name}_entities", ())
    emoji = [entity for entity in entities if entity["type"] == "custom_emoji"]
    return {name: fields[name], f"{name}_entities": emoji} if emoji else {name: fields[name]}


def _explanation(telegram: Telegram, call: Parameters) -> Json:
    """Give the fields for the texts below a poll and its answer; only a quiz has an answer."""
    fields = named_text(
        telegram,
        "description",
        call.description or "",
        (call.description_parse_mode, call.description_entities),
        may_be_blank=True,
    )
    if call.type == QUIZ:
        fields |= named_text(
            telegram,
            "explanation",
            call.explanation or "",
            (call.explanation_parse_mode, call.explanation_entities),
            may_be_blank=True,
        )
    return fields


def poll_content(
    question: Json, options: list[Json], *, type_: str, correct: list[int] | None, **more: object
) -> Json:
    """Give the field of a message with a new poll.

    Args:
        question: The fields of the question: `question`, and `question_entities` if it has some.
        options: The fields of each option: `text`, and `text_entities` if it has some.
        type_: `regular` or `quiz`.
        correct: Positions of the right options of a quiz, counted from 0.
        **more: Other fields of a `Poll`.

    Raises:
        BadRequestError: If Telegram would refuse such a poll.
    """
    if len(question["question"]) > MAX_QUESTION:
        raise BadRequestError(f"poll question length must not exceed {MAX_QUESTION}")
    if not options:
        raise BadRequestError("poll must have at least one answer option")
    if len(options) > MAX_OPTIONS:
        raise BadRequestError(f"poll can't have more than {MAX_OPTIONS} options")
    if any(len(option["text"]) > MAX_OPTION for option in options):
        raise BadRequestError(f"poll options length must not exceed {MAX_OPTION}")
    if type_ not in {"regular", QUIZ}:
        raise BadRequestError("unsupported poll type specified")
    poll: Json = {
        "id": str(secrets.randbits(62)),
        **question,
        "options": [
            {"persistent_id": str(position), **option, "voter_count": 0}
            for position, option in enumerate(options)
        ],
        "total_voter_count": 0,
        "is_closed": False,
        "is_anonymous": True,
        "type": type_,
        "allows_multiple_answers": False,
        "allows_revoting": type_ != QUIZ,
        "members_only": False,
        **more,
    }
    if type_ == QUIZ:
        if not correct or not all(0 <= position < len(options) for position in correct):
            raise BadRequestError("wrong correct option ID specified")
        poll |= {"correct_option_ids": correct, "correct_option_id": correct[0]}
    return {"poll": poll}


def keep_poll(telegram: Telegram, poll: Json, chat_id: int, message_id: int) -> None:
    """Keep a poll, so that persons can vote in it."""
    telegram.state.polls[poll["id"]] = Poll(poll, chat_id, message_id)
    telegram.state.note("poll", poll["id"])


def stop_poll(telegram: Telegram, call: Parameters) -> Json:
    """Close a poll of the bot (stopPoll)."""
    chat = telegram.writable_chat(call.chat_id)
    message = chat.messages.get(call.message_id)
    if message is None:
        raise BadRequestError("message with poll to stop not found")
    if "poll" not in message.json:
        raise BadRequestError("message is not a poll")
    if message.author != telegram.bot_id:
        raise BadRequestError("poll can't be stopped")
    poll: Json = message.json["poll"]
    if poll["is_closed"]:
        raise BadRequestError("poll has already been closed")
    inline = check_inline_keyboard(telegram, chat, call.reply_markup)
    poll["is_closed"] = True
    telegram.state.note("poll", poll["id"])
    message.json.pop("reply_markup", None)
    if inline is not None:
        message.json["reply_markup"] = inline
    telegram.touch(chat, message)
    telegram.queue.push("poll", poll, chat.id)
    return poll


def vote(telegram: Telegram, poll: Poll, person: Person, chosen: list[int]) -> Json:
    """Vote as a person.

    Args:
        telegram: The playground.
        poll: The poll.
        person: The person who votes.
        chosen: Positions of the options, counted from 0; an empty list retracts the vote.

    Returns:
        The `Poll` object after the vote.

    Raises:
        ControlError: If the poll is closed, or does not allow this vote.
    """
    json, user_id = poll.json, int(person.user["id"])
    before = poll.votes.get(user_id)
    if json["is_closed"]:
        raise ControlError("the poll is closed")
    if before is not None and not json["allows_revoting"]:
        raise ControlError("a vote in this poll is final")
    if not all(0 <= position < len(json["options"]) for position in chosen):
        raise ControlError("there is no such option")
    if len(set(chosen)) != len(chosen) or (len(chosen) > 1 and not json["allows_multiple_answers"]):
        raise ControlError("only one option can be chosen")
    if chosen:
        poll.votes[user_id] = sorted(chosen)
    else:
        poll.votes.pop(user_id, None)
    for position, option in enumerate(json["options"]):
        option["voter_count"] = sum(position in votes for votes in poll.votes.values())
    json["total_voter_count"] = len(poll.votes)
    telegram.state.note("poll", json["id"])
    chat = telegram.state.chats[poll.chat_id]
    message = chat.messages[poll.message_id]
    telegram.touch(chat, message)
    if message.author == telegram.bot_id:
        _tell_vote(telegram, json, person.user, sorted(chosen))
    return json


def _tell_vote(telegram: Telegram, poll: Json, user: Json, chosen: list[int]) -> None:
    """Tell the bot of a vote in its poll (Bot API, Update.poll and Update.poll_answer)."""
    telegram.queue.push("poll", poll, user["id"])
    if not poll["is_anonymous"]:
        answer: dict[str, Any] = {"poll_id": poll["id"], "user": user, "option_ids": chosen}
        answer["option_persistent_ids"] = [str(position) for position in chosen]
        telegram.queue.push("poll_answer", answer, user["id"])
