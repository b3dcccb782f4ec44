"""Which updates Tally takes, and what it measures of each."""

import time
from typing import Any, cast

from aiogram.dispatcher.event.bases import NextMiddlewareType
from aiogram.types import TelegramObject, Update
from aiogram_dialog.api.entities import DialogUpdate

from durable_dialogs.state.outcome import Outcome
from durable_dialogs.telemetry import update_id
from ops.metrics import UPDATE_SECONDS, UPDATES, begin, child

KINDS = [
    "message",
    "callback_query",
    "inline_query",
    "chosen_inline_result",
    "shipping_query",
    "pre_checkout_query",
    "my_chat_member",
    "chat_member",
]
"""The kinds of updates that Tally asks for. (aiogram would add kinds that only dialogs make.)"""

begin(UPDATES, KINDS, Outcome)
begin(UPDATE_SECONDS, KINDS)


async def ignore_unasked(
    handler: NextMiddlewareType[TelegramObject], event: TelegramObject, data: dict[str, Any]
) -> object:
    """Pass on only updates of `KINDS`, and those that dialogs make.

    Other kinds can come if another program with the same token asked for them before, for example
    what customers write to a business account. Tally must not read those.

    A message that was sent via a bot is no input, because that bot wrote its text: the person only
    chose an inline result.
    """
    if isinstance(event, DialogUpdate) or _is_asked_for(cast("Update", event)):
        return await handler(event, data)
    return None


def _is_asked_for(update: Update) -> bool:
    if update.message and update.message.via_bot:
        return False
    return any(getattr(update, kind) for kind in KINDS)


async def observe(
    handler: NextMiddlewareType[TelegramObject], event: TelegramObject, data: dict[str, Any]
) -> object:
    """Measure an update, and add its id to each line that is logged meanwhile.

    Updates that dialogs make are not measured.
    """
    if not isinstance(event, Update) or isinstance(event, DialogUpdate):
        return await handler(event, data)
    kind = next(kind for kind in KINDS if getattr(event, kind))
    begun = time.perf_counter()
    token = update_id.set(event.update_id)
    try:
        outcome = await handler(event, data)
    except Exception:
        child(UPDATES, kind, Outcome.FAILED).inc()
        raise
    finally:
        update_id.reset(token)
    child(UPDATES, kind, outcome).inc()
    child(UPDATE_SECONDS, kind).observe(time.perf_counter() - begun)
    return outcome
