"""Reads the parameters of a Bot API call from an HTTP message.

Telegram takes them from the query string, a form (URL-encoded or multipart) or a JSON object.
"""

from functools import lru_cache
from http import HTTPStatus
from urllib.parse import unquote_plus

from aiohttp import BodyPartReader, ClientResponse, MultipartReader, web

from telegram_playground import json_text
from telegram_playground.errors import ApiError, BadRequestError
from telegram_playground.state import Json, Upload

IGNORED_IN_ANSWERS = ("get", "setwebhook", "deletewebhook", "close", "logout")
"""Prefixes of methods that the answer to a webhook can't call (Bot API, Making requests)."""

MAX_FILE = 50 << 20
"""Bytes of the largest file that a bot can send (Bot API, Sending files)."""

CHUNK = 1 << 16
"""Bytes of a file that are read at a time."""

MAX_CACHED = 10_000
"""Characters of the longest parameter whose parsed value is cached."""


def check_coding(request: web.Request) -> None:
    """Refuse a compressed body, because a small one can inflate to gigabytes.

    Raises:
        ApiError: If the body is compressed: status 415 (RFC 9110, section 8.4).
    """
    codings = request.headers.getall("Content-Encoding", ())
    if any(coding.strip().lower() not in {"", "identity"} for coding in codings):
        status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
        raise ApiError(status, "Unsupported Media Type: unsupported content-encoding")


async def read_parameters(request: web.Request) -> Json:
    """Read the parameters of a request to the Bot API server.

    Returns:
        The parameters by name: strings, JSON, or files as `Upload`.

    Raises:
        BadRequestError: If the body is not what its content type says.
        ApiError: If the body is compressed (415), or a file is too large (413).
    """
    params: Json = dict(request.query)
    check_coding(request)
    if request.can_read_body:
        match request.content_type:
            case "application/x-www-form-urlencoded":
                params |= _form(await request.read())
            case "multipart/form-data":
                params |= await _parts(await request.multipart())
            case "application/json":
                params |= _json(await request.read())
    return params


async def read_answer(response: ClientResponse) -> Json | None:
    """Read the call in a bot's answer to a webhook.

    Returns:
        The parameters, with the name of the method as `method`; `None` if there is no call.
    """
    call: Json = {}
    try:
        match response.content_type:
            case "application/x-www-form-urlencoded":
                call = _form(await response.read())
            case "multipart/form-data":
                call = await _parts(MultipartReader(response.headers, response.content))
            case "application/json":
                call = _json(await response.read())
    except (ApiError, ValueError):
        return None
    method = str(call.get("method", "")).lower()
    return call if method and not method.startswith(IGNORED_IN_ANSWERS) else None


def check_numbers(name: str, value: object) -> None:
    """Refuse numbers of more than 64 bits, which an answer can't contain.

    Args:
        name: The name of the value for the refusal.
        value: Any JSON.

    Raises:
        BadRequestError: If a number is too large.
    """
    rest = [value]  # no recursion, because a bot may send a deeply nested value
    while rest:
        match rest.pop():
            case int() | float() as number if abs(number) >= 1 << 63:
                raise BadRequestError(f"can't parse {name}: a number is out of range")
            case list() as items:
                rest.extend(items)
            case dict() as fields:
                rest.extend(fields.values())


def _form(body: bytes) -> Json:
    pairs = (pair.partition("=") for pair in body.decode(errors="replace").split("&") if pair)
    return {_unquote(name): _unquote(value) for name, _, value in pairs}


def _unquote(text: str) -> str:
    return _unquote_short(text) if len(text) < MAX_CACHED else unquote_plus(text)


_unquote_short = lru_cache(maxsize=4096)(unquote_plus)
"""Unquotes with a cache, because bots send the same keyboards many times."""


def _json(body: bytes) -> Json:
    """Read a JSON object; numbers become strings, as in Telegram's server."""
    try:
        value = json_text.decode(body)
    except ValueError:
        raise BadRequestError("can't parse JSON object") from None
    if not isinstance(value, dict):
        raise BadRequestError("JSON object expected")
    check_numbers("JSON object", value)
    return {name: str(item) if type(item) in {int, float} else item for name, item in value.items()}


async def _parts(reader: MultipartReader) -> Json:
    params: Json = {}
    async for part in reader:
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        data = bytearray()
        while chunk := await part.read_chunk(CHUNK):
            data += chunk
            if len(data) > MAX_FILE:
                raise ApiError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Request Entity Too Large")
        if part.filename is None:
            params[part.name] = data.decode(errors="replace")
        else:
            params[part.name] = Upload(part.filename, bytes(data))
    return params
