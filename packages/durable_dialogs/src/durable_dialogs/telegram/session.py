"""Calls to the Bot API over HTTP, whatever comes back.

A newer Bot API server, or a proxy before it, may send what aiogram can't read: bytes that
are no UTF-8, a web page, a success without a result, a result that its models don't know.
aiogram raises another exception for each. Here each becomes one of two errors, which tell
what a caller needs to know: whether the call was done.
"""

import json
import time
from functools import partial
from http import HTTPStatus
from typing import Any, cast

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramNetworkError,
    TelegramServerError,
)
from aiogram.methods import Response, TelegramMethod
from aiogram.methods.base import TelegramType
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
from durable_dialogs.telegram.proxy import Proxy
from durable_dialogs.telegram.raw_updates import GetRawUpdates, split


class NotDoneError(TelegramServerError):
    """What came back is no answer of the Bot API: the call was not done, or nobody knows.

    Try again later, as after any 5xx.

    Args:
        method: The call.
        message: What came back; nothing of what is in it.
        status: The status of the answer, None if not even that could be read.
    """

    def __init__(
        self, method: TelegramMethod[Any], message: str, status: int | None = None
    ) -> None:
        super().__init__(method, message)
        self.status = status


class UnreadableResultError(TelegramAPIError):
    """Telegram did what was called, but its result can't be read.

    Nothing of the answer is in the message, because it may hold what people write.

    Args:
        method: The call.
        message_id: The message that the call made, None if the answer does not tell.
    """

    def __init__(self, method: TelegramMethod[Any], message_id: int | None) -> None:
        super().__init__(method, "the result can't be read")
        self.message_id = message_id


class Session(AiohttpSession):
    """aiogram's session, but for its way to Telegram and for how it reads answers.

    Args:
        limit: Calls at once.
        proxy: The proxy to go by.
        clock: Compares this machine's clock with Telegram's.
        settings: Those of aiogram's `BaseSession`.

    A call raises, besides aiogram's errors for what Telegram refuses:

    Raises:
        NotDoneError: The answer is not of the Bot API.
        UnreadableResultError: The call was done, but its result can't be read.
    """

    def __init__(
        self,
        *,
        limit: int = 100,
        proxy: Proxy | None = None,
        clock: TelegramClock | None = None,
        **settings: Any,  # noqa: ANN401 - aiogram's
    ) -> None:
        super().__init__(**settings)
        self._open = partial(open_session, proxy, limit, {USER_AGENT: SERVER_SOFTWARE})
        self._clock = clock or TelegramClock()

    @override
    async def create_session(self) -> ClientSession:
        """Give what calls Telegram; see `AiohttpSession`."""
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
        form = self.build_form_data(bot=bot, method=method)
        limit = ClientTimeout(total=self.timeout if timeout is None else timeout)
        began = time.time()
        try:
            async with session.post(url, data=form, timeout=limit) as response:
                body = await _body(method, response)
        except TimeoutError as error:
            raise TelegramNetworkError(method, "Request timeout error") from error
        except ClientResponseError as error:  # of a proxy; its text has the token in an address
            raise TelegramNetworkError(method, f"{error.status} {error.message}") from None
        except (ClientError, OSError) as error:
            raise TelegramNetworkError(method, f"{type(error).__name__}: {error}") from error
        if response.content_type == "application/json":  # no page of what stands in between
            self._clock.compare(response.headers.get(DATE), began, time.time())
        return self._read(bot, method, response.status, body)

    def _read(
        self, bot: Bot, method: TelegramMethod[TelegramType], status: int, body: bytes
    ) -> TelegramType:
        if isinstance(method, GetRawUpdates) and HTTPStatus.OK <= status <= HTTPStatus.IM_USED:
            updates = split(body)
            if updates is not None:
                return cast("TelegramType", updates)
        # Telegram passes on some texts as they came, callback data for one (tdlib/telegram-bot-api,
        # Client.cpp), so one odd byte must not spoil the rest.
        text = body.decode(errors="replace")
        try:
            answer = json.loads(text)
        except (ValueError, RecursionError):
            raise NotDoneError(method, f"no JSON, but status {status}", status) from None
        is_ok = answer.get("ok") if isinstance(answer, dict) else None
        if is_ok is True and HTTPStatus.OK <= status <= HTTPStatus.IM_USED:
            return _result(bot, method, answer)
        if is_ok is False and isinstance(answer.get("description"), str):
            self._refuse(bot, method, status, text)
        raise NotDoneError(method, f"no answer of the Bot API, but status {status}", status)

    def _refuse(
        self, bot: Bot, method: TelegramMethod[TelegramType], status: int, text: str
    ) -> None:
        """Raise what aiogram raises for a refusal, if that tells what became of the call."""
        try:
            self.check_response(bot, method, status, text)
        except TelegramAPIError as error:
            # aiogram has only its base class for a 429 without the seconds to wait, and for a
            # refusal whose status is no error.
            is_clear = status >= HTTPStatus.BAD_REQUEST and status != HTTPStatus.TOO_MANY_REQUESTS
            if is_clear or type(error) is not TelegramAPIError:
                raise
        except ClientDecodeError:
            raise NotDoneError(
                method, f"a refusal that can't be read, status {status}", status
            ) from None


async def _body(method: TelegramMethod[Any], response: ClientResponse) -> bytes:
    try:
        return await response.read()
    except (ClientError, OSError):
        raise
    except Exception as error:  # of the parser of HTTP, which names no common base
        raise NotDoneError(method, type(error).__name__) from error


def _result(bot: Bot, method: TelegramMethod[TelegramType], answer: dict[str, Any]) -> TelegramType:
    result = answer.get("result")
    try:
        response = Response[method.__returning__].model_validate(  # type: ignore[name-defined]
            answer, context={"bot": bot}
        )
    except Exception:  # noqa: BLE001 - validators of any model may raise anything
        # `from None`, because pydantic's error quotes what it could not read.
        raise UnreadableResultError(method, _message_id(result)) from None
    if response.result is None:
        raise UnreadableResultError(method, None)
    return cast("TelegramType", response.result)


def _message_id(result: object) -> int | None:
    found = result.get("message_id") if isinstance(result, dict) else None
    return found if type(found) is int and found > 0 else None
