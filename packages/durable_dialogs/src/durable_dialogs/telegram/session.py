"""Calls of the Bot API over HTTP that survive answers which aiogram can't read.

A newer Bot API server, or a proxy before it, may send bytes that are not UTF-8, a web page, a
success without a result, or a result that aiogram's models don't know. aiogram raises a different
exception for each. This session raises one of two errors, which tell the caller whether Telegram
did what the call asked for.
"""

import json
import time
from functools import partial
from http import HTTPStatus
from typing import Any, cast

import orjson
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import Response, TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import Message
from aiohttp import (
    ClientError,
    ClientResponse,
    ClientResponseError,
    ClientSession,
    ClientTimeout,
)
from aiohttp.hdrs import DATE, USER_AGENT
from aiohttp.http import SERVER_SOFTWARE
from typing_extensions import override

from durable_dialogs.telegram.clock import TelegramClock
from durable_dialogs.telegram.connection import open_session
from durable_dialogs.telegram.form import form_of
from durable_dialogs.telegram.proxy import Proxy
from durable_dialogs.telegram.raw_updates import GetRawUpdates, split

LONGEST_WAIT = 24 * 60 * 60
"""Seconds that Telegram may ask to wait at most. If an answer names more, or less than one, it is
not from Telegram."""
KEPT = (Response[Any], Response[bool], Response[Message], Response[Message | bool])
"""The response models in use. pydantic caches generic models by weak references, and aiogram asks
for them in each call: without a reference here, pydantic would build them again for each call."""


class NotDoneError(TelegramServerError):
    """The answer is not from the Bot API, and does not tell whether Telegram did anything.

    The caller can try again later, as after any 5xx.

    Args:
        method: The method that was called.
        message: The kind of answer, without any of its content.
        status: The answer's HTTP status, None if it could not be read.
    """

    def __init__(
        self, method: TelegramMethod[Any], message: str, status: int | None = None
    ) -> None:
        super().__init__(method, message)
        self.status = status


class UnreadableResultError(TelegramAPIError):
    """Telegram did what the call asked for, but the result can't be read.

    The error's text holds nothing of the answer, which may contain what people write.

    Args:
        method: The method that was called.
        message_id: The message that the call made, None if the answer does not tell.
    """

    def __init__(self, method: TelegramMethod[Any], message_id: int | None) -> None:
        super().__init__(method, "the result can't be read")
        self.message_id = message_id


class Session(AiohttpSession):
    """aiogram's session with another way to Telegram and another reader of answers.

    Besides aiogram's errors for refusals, a call raises `NotDoneError` if the answer is not from
    the Bot API, and `UnreadableResultError` if Telegram did it but the result can't be read.

    Args:
        limit: The number of calls at the same time.
        proxy: The proxy to use, None for none.
        clock: Compares this machine's clock with Telegram's.
        settings: The arguments of aiogram's `BaseSession`.
    """

    def __init__(
        self,
        *,
        limit: int = 100,
        proxy: Proxy | None = None,
        clock: TelegramClock | None = None,
        **settings: Any,
    ) -> None:
        super().__init__(**settings)
        self._open = partial(open_session, proxy, limit, {USER_AGENT: SERVER_SOFTWARE})
        self._clock = clock or TelegramClock()

    @override
    async def create_session(self) -> ClientSession:
        """Return aiohttp's session, and open it first if needed; see `AiohttpSession`."""
        if self._session is None or self._session.closed:
            self._session = self._open()
        return self._session

    @override
    async def make_request(
        self, bot: Bot, method: TelegramMethod[TelegramType], timeout: int | None = None
    ) -> TelegramType:
        """Call a method; see `BaseSession`."""
        session = await self.create_session()
        url = self.api.api_url(token=bot.token, method=method.__api_method__)
        form = form_of(bot, method) or self.build_form_data(bot=bot, method=method)
        limit = ClientTimeout(total=self.timeout if timeout is None else timeout)
        began = time.time()
        try:
            async with session.post(url, data=form, timeout=limit) as response:
                body = await _body(method, response)
        except TimeoutError as error:
            raise TelegramNetworkError(method, "Request timeout error") from error
        except ClientResponseError as error:  # a proxy's; its text holds the URL with the token
            raise TelegramNetworkError(method, f"{error.status} {error.message}") from None
        except (ClientError, OSError) as error:
            raise TelegramNetworkError(method, f"{type(error).__name__}: {error}") from error
        if response.content_type == "application/json":  # not a web page of a proxy
            self._clock.compare(response.headers.get(DATE), began, time.time())
        return self._read(bot, method, response.status, body)

    def _read(
        self, bot: Bot, method: TelegramMethod[TelegramType], status: int, body: bytes
    ) -> TelegramType:
        if isinstance(method, GetRawUpdates) and HTTPStatus.OK <= status <= HTTPStatus.IM_USED:
            updates = split(body)
            if updates is not None:
                return cast("TelegramType", updates)
        try:
            answer = _loads(body)
        except (ValueError, RecursionError):
            raise NotDoneError(method, f"no JSON, but status {status}", status) from None
        is_ok = answer.get("ok")
        if is_ok is True and HTTPStatus.OK <= status <= HTTPStatus.IM_USED:
            return _result(bot, method, answer)
        if is_ok is False and isinstance(answer.get("description"), str):
            self._refuse(bot, method, status, body.decode(errors="replace"))
        raise NotDoneError(method, f"no answer of the Bot API, but status {status}", status)

    def _refuse(
        self, bot: Bot, method: TelegramMethod[TelegramType], status: int, text: str
    ) -> None:
        """Raise aiogram's error for a refusal, but only if it tells that nothing was done."""
        try:
            self.check_response(bot, method, status, text)
        except TelegramRetryAfter as error:
            if 1 <= error.retry_after <= LONGEST_WAIT:
                raise
            raise NotDoneError(method, "a 429 without a usable time to wait", status) from None
        except TelegramAPIError as error:
            # aiogram raises its base class for a 429 without the seconds to wait, and for a
            # refusal whose HTTP status is no error. Neither is clear.
            is_clear = status >= HTTPStatus.BAD_REQUEST and status != HTTPStatus.TOO_MANY_REQUESTS
            if is_clear or type(error) is not TelegramAPIError:
                raise
        except ClientDecodeError:
            raise NotDoneError(
                method, f"a refusal that can't be read, status {status}", status
            ) from None


def _loads(body: bytes) -> dict[str, Any]:
    """Parse the object of an answer; return an empty one for other JSON."""
    try:
        answer = orjson.loads(body)
    except ValueError:
        # Telegram passes on some texts as they came, such as callback data
        # (tdlib/telegram-bot-api, Client.cpp). One odd byte must not make the rest unreadable.
        answer = json.loads(body.decode(errors="replace"))
    return answer if isinstance(answer, dict) else {}


async def _body(method: TelegramMethod[Any], response: ClientResponse) -> bytes:
    try:
        return await response.read()
    except (ClientError, OSError):
        raise
    except Exception as error:  # the HTTP parser's errors have no common base
        raise NotDoneError(method, type(error).__name__) from error


def _result(bot: Bot, method: TelegramMethod[TelegramType], answer: dict[str, Any]) -> TelegramType:
    result = answer.get("result")
    try:
        response = _response_of(method).model_validate(answer, context={"bot": bot})
    except Exception:  # noqa: BLE001 - any error: validators may raise what they like
        # `from None`, because pydantic's error quotes the answer.
        raise UnreadableResultError(method, _message_id(result)) from None
    if response.result is None:
        raise UnreadableResultError(method, None)
    return response.result


def _response_of(method: TelegramMethod[TelegramType]) -> type[Response[TelegramType]]:
    """Return the model of a method's answer, which pydantic makes at run time."""
    model = Response.__class_getitem__(method.__returning__)
    return cast("type[Response[TelegramType]]", model)


def _message_id(result: object) -> int | None:
    found = result.get("message_id") if isinstance(result, dict) else None
    return found if type(found) is int and found > 0 else None
