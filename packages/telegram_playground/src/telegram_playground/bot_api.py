"""The bot's side over HTTP: `/bot<token>/<method>`."""

import inspect
import logging
import secrets
from contextlib import suppress
from http import HTTPStatus

from aiohttp import web

from telegram_playground.answers import refusal, success
from telegram_playground.bodies import read_parameters
from telegram_playground.bot_methods import HANDLERS
from telegram_playground.errors import ApiError, NotSpokenError
from telegram_playground.faults import Fault
from telegram_playground.files import find_path
from telegram_playground.origins import check_origin
from telegram_playground.parameters import KNOWN, parse_call
from telegram_playground.state import Call, Json, Upload
from telegram_playground.telegram import Telegram

CALLS = "calls"
"""The key of the signal that a call has come in, or was refused."""

HANGS_FOR = 86_400
"""Seconds after which a call that hangs is cut off."""

logger = logging.getLogger(__name__)


class OddAnswerError(Exception):
    """A fault gives a call another answer than its result.

    Attributes:
        answer: The answer to send.
    """

    def __init__(self, answer: web.Response) -> None:
        super().__init__("the call gets another answer")
        self.answer = answer


class BotApi:
    """Answers the bot's calls and keeps a list of them.

    Args:
        telegram: The chats that the calls are about.
        names: The names under which this server may be addressed.
    """

    def __init__(self, telegram: Telegram, names: frozenset[str]) -> None:
        self._telegram = telegram
        self._names = names
        telegram.delivery.webhooks.execute = self.execute_answer

    async def handle(self, request: web.Request) -> web.Response:
        """Answer a request for `/bot<token>/<method>`."""
        name = request.match_info["method"]
        try:
            self._check(request)
            result = await self.execute(name, await read_parameters(request))
        except OddAnswerError as odd:
            return odd.answer
        except ApiError as error:
            return refusal(error)
        except ConnectionAbortedError:
            return _cut(request)
        except web.HTTPRequestEntityTooLarge as error:
            # Python's phrase for this status differs between versions.
            return refusal(ApiError(error.status, "Request Entity Too Large"))
        return success(result)

    async def download(self, request: web.Request) -> web.Response:
        """Answer a request for a file, by the path that getFile gave."""
        try:
            self._check(request)
        except ApiError as error:
            return refusal(error)
        file = find_path(self._telegram, request.match_info["path"])
        if file is None:
            return refusal(ApiError(HTTPStatus.NOT_FOUND, "Not Found"))
        body = self._telegram.content(file)
        return web.Response(body=body, content_type="application/octet-stream")

    async def execute(self, name: str, params: Json) -> object:
        """Execute a call, with the faults that are switched on.

        Args:
            name: The method, in upper or lower case.
            params: The parameters as they came in.

        Returns:
            The method's result as JSON, or an `Answer`.

        Raises:
            ApiError: If the call is refused.
            ConnectionAbortedError: If a fault leaves the call without an answer.
            OddAnswerError: If a fault gives the call another answer.
        """
        method = KNOWN.get(name.lower())
        call = self._log(method or name, params)
        faults = self._telegram.faults
        fault = faults.of_call(name, params) if faults.active else None
        try:
            if fault is not None:
                await self._suffer(fault)
            self._telegram.rate_limits.check(name, params)
            result = self._begin(method, params)
            if inspect.isawaitable(result):
                result = await result
        except ApiError as error:
            self._refuse(call, error)
            raise
        except (ConnectionAbortedError, OddAnswerError):
            raise
        except Exception:
            # A fault of the playground itself: the bot gets what Telegram would send.
            logger.exception("The call of %s failed", name)
            failure = ApiError(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal Server Error")
            self._refuse(call, failure)
            raise failure from None
        call.status = HTTPStatus.OK
        if fault is not None and fault.kind == "lose":
            raise ConnectionAbortedError
        if fault is not None and fault.kind == "answer":
            raise OddAnswerError(fault.answer(result))
        return result

    async def execute_answer(self, params: Json) -> None:
        """Execute the call in an answer to a webhook; the bot does not get its result."""
        name = str(params.pop("method"))
        with suppress(ApiError, ConnectionAbortedError, OddAnswerError):
            await self.execute(name, params)

    def _check(self, request: web.Request) -> None:
        """Refuse requests without the token, and those of web pages in a browser."""
        check_origin(request, self._names)
        token = request.match_info["token"].encode()
        if not secrets.compare_digest(token, self._telegram.token.encode()):
            raise ApiError(HTTPStatus.UNAUTHORIZED, "Unauthorized")

    async def _suffer(self, fault: Fault) -> None:
        """Apply a fault that strikes before the call is executed."""
        match fault.kind:
            case "refuse":
                raise fault.refusal()
            case "delay":
                await self._telegram.clock.sleep(fault.seconds)
            case "hang":
                await self._telegram.clock.sleep(HANGS_FOR)
                raise ConnectionAbortedError
            case "cut":
                raise ConnectionAbortedError
            case "answer" if not fault.done:
                raise OddAnswerError(fault.answer(result=True))

    def _begin(self, method: str | None, params: Json) -> object:
        if method is None:
            raise ApiError(HTTPStatus.NOT_FOUND, "Not Found: method not found")
        if method not in HANDLERS:
            raise NotSpokenError(method)
        return HANDLERS[method](self._telegram, parse_call(method, params))

    def _log(self, method: str, params: Json) -> Call:
        state = self._telegram.state
        state.call_count += 1
        # Many calls are kept, so a file is replaced by its name.
        shown = {
            name: value.name if isinstance(value, Upload) else value
            for name, value in params.items()
        }
        call = Call(state.call_count, self._telegram.clock.time(), method, shown)
        state.calls.append(call)
        self._telegram.signals.notify(CALLS)
        return call

    def _refuse(self, call: Call, error: ApiError) -> None:
        call.status, call.error = error.status, error.description
        self._telegram.signals.notify(CALLS)


def _cut(request: web.Request) -> web.Response:
    """Abort the connection instead of answering."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
