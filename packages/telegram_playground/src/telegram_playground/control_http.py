"""The persons' side over HTTP: who may send requests, and how they are answered."""

from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from http import HTTPStatus
from typing import NamedTuple

from aiohttp import web

from telegram_playground import json_text
from telegram_playground.bodies import check_coding
from telegram_playground.errors import ApiError, ControlError, WrongValueError
from telegram_playground.origins import check_origin
from telegram_playground.state import Chat
from telegram_playground.telegram import Telegram

Handler = Callable[[web.Request], Awaitable[object]]
"""Takes a request; returns JSON or a response; raises `ControlError` or `ApiError` to refuse."""

MAX_BODY = 1 << 20
"""Bytes of the largest request without a file."""

MAX_UPLOAD = 30 << 20
"""Bytes of the largest request with a file, which is in base64."""

CHAT_ID = "{chat:-?[0-9]{1,16}}"
PERSON_ID = "{person:[0-9]{1,16}}"
CHAT = f"/control/chats/{CHAT_ID}"
MESSAGE = CHAT + "/messages/{message:[0-9]{1,16}}"


class Route(NamedTuple):
    """A route of the persons' side.

    Attributes:
        verb: The HTTP method.
        path: The path, with aiohttp's placeholders.
        answer: Takes the playground and the request; answers as a `Handler` does.
        largest: Bytes of the largest body.
    """

    verb: str
    path: str
    answer: Callable[[Telegram, web.Request], Awaitable[object]]
    largest: int = MAX_BODY


def guarded(
    telegram: Telegram, names: frozenset[str], routes: Iterable[Route]
) -> list[web.RouteDef]:
    """Make aiohttp's routes, each behind `guard`.

    Args:
        telegram: The chats that the requests are about.
        names: The names under which this server may be addressed.
        routes: The routes.
    """
    return [
        web.route(
            route.verb, route.path, guard(partial(route.answer, telegram), names, route.largest)
        )
        for route in routes
    ]


def guard(
    handler: Handler, names: frozenset[str], largest: int = MAX_BODY
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Wrap a handler: check origin and body first, and turn its errors into answers.

    Args:
        handler: The handler.
        names: The names under which this server may be addressed.
        largest: Bytes of the largest body.
    """

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            check_origin(request, names)
            _check_body(request, largest)
            content = await handler(request)
            return content if isinstance(content, web.StreamResponse) else _json_response(content)
        except (ControlError, ApiError) as error:
            return _json_response({"error": str(error)}, error.status)
        except WrongValueError as error:
            return _json_response({"error": str(error)}, HTTPStatus.BAD_REQUEST)

    return answer


def chat_of(telegram: Telegram, request: web.Request) -> Chat:
    """Look up the chat in the path of a request.

    Raises:
        ControlError: If there is no such chat.
    """
    return telegram.chat_of_persons(int(request.match_info["chat"]))


def _check_body(request: web.Request, largest: int) -> None:
    """Refuse a body that is not JSON, is compressed, or is too large."""
    if request.can_read_body:
        if request.content_type != "application/json":
            raise ControlError("the body must be JSON", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        check_coding(request)
        if request.content_length is None or request.content_length > largest:
            raise ControlError("the body is too large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def _json_response(content: object, status: int = HTTPStatus.OK) -> web.Response:
    body = json_text.encode(content)
    return web.Response(body=body, status=status, content_type="application/json")
