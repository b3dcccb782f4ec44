"""Parameters of a Bot API call: from an HTTP message to a method of aiogram.

Telegram takes them from the query string, a form (URL-encoded or multipart) or a JSON object.
Outside JSON everything is a string, and what is no scalar is JSON inside of that string.
"""

from collections.abc import Iterator
from functools import cache, lru_cache
from http import HTTPStatus
from typing import Any, get_args
from urllib.parse import unquote_plus

import orjson
from aiogram.methods import SetMyCommands, SetWebhook, TelegramMethod
from aiogram.types import BufferedInputFile
from aiohttp import BodyPartReader, ClientResponse, MultipartReader, web
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from playground.errors import ApiError, BadRequestError
from playground.markups import parse_markup
from playground.state import Json

IGNORED_IN_ANSWERS = ("get", "setwebhook", "deletewebhook", "close", "logout")
"""How the names of methods begin that an answer to a webhook can't call."""

MARKUP = "reply_markup"
ATTACHED = "attach://"
MAX_FILE = 50 << 20
"""Bytes of the largest file that a bot can send (Bot API, Sending files)."""

CHUNK = 1 << 16
"""Bytes of a file that are read at once."""

MAX_CACHED = 10_000
"""Characters of a parameter whose reading is remembered."""

OUT_OF_RANGE = "a number is out of range"

ABSENT = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
    "user_id": "invalid user_id specified",
    "action": "wrong parameter action in request",
}
"""How Telegram says that a parameter is missing."""

Method = type[TelegramMethod[Any]]

FALLBACKS: dict[Method, Json] = {SetWebhook: {"url": ""}, SetMyCommands: {"commands": []}}
"""Parameters that may be absent, although the documentation calls them required."""


async def read_parameters(request: web.Request) -> Json:
    """Collect the parameters of a request to the Bot API server.

    Raises:
        BadRequestError: If the body is not what its content type says.
    """
    params: Json = dict(request.query)
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
    """Read the call that a bot's answer to a webhook carries.

    Returns:
        Its parameters with the name of the method as `method`, or `None` if there is no call.
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
    except (BadRequestError, ValueError):
        return None
    method = str(call.get("method", "")).lower()
    return call if method and not method.startswith(IGNORED_IN_ANSWERS) else None


def parse_call(method: Method, params: Json) -> TelegramMethod[Any]:
    """Make a method of aiogram from the parameters of a call.

    Args:
        method: The method's class.
        params: Parameters by name; empty ones count as absent, as in Telegram.

    Raises:
        BadRequestError: If one is missing or makes no sense.
    """
    given = {name: value for name, value in params.items() if value is not None and value != ""}
    files = {name: value for name, value in given.items() if isinstance(value, BufferedInputFile)}
    if files:
        given = {name: _attach(value, files) for name, value in given.items()}
    values = FALLBACKS.get(method, {}) | given
    for name in _structured_fields(method) & values.keys():
        value = values[name]
        if isinstance(value, str):
            parse = _parse_text if len(value) < MAX_CACHED else _parse_text.__wrapped__
            values[name] = parse(method, name, value)
        elif name == MARKUP:
            values[name] = _parse_field(method, name, value)
    try:
        call = method.model_validate(values)
    except ValidationError as error:
        raise _refusal(error) from None
    for name, value in call:
        if isinstance(value, int) and _is_giant(value):
            raise BadRequestError(f"can't parse {name}: {OUT_OF_RANGE}")
    return call


def _attach(value: object, files: Json) -> object:
    """Put files in where a parameter says `attach://<name>` (Bot API, Sending files)."""
    match value:
        case str() if value.startswith(ATTACHED):
            return files.get(value.removeprefix(ATTACHED), value)
        case str() if f'"{ATTACHED}' in value:
            try:
                return _attach(orjson.loads(value), files)
            except orjson.JSONDecodeError:
                return value
        case list():
            return [_attach(item, files) for item in value]
        case dict():
            return {name: _attach(item, files) for name, item in value.items()}
    return value


@cache
def _structured_fields(method: Method) -> frozenset[str]:
    """Names of the parameters that are objects or arrays."""
    return frozenset(
        name
        for name, field in method.model_fields.items()
        if any(issubclass(leaf, BaseModel | list) for leaf in _classes(field.annotation))
    )


def _classes(annotation: object) -> Iterator[type]:
    origin = getattr(annotation, "__origin__", annotation)
    if isinstance(origin, type):
        yield origin
    for argument in get_args(annotation):
        yield from _classes(argument)


@lru_cache(maxsize=4096)
def _parse_text(method: Method, name: str, text: str) -> object:
    """Read an object or array out of a string; the same keyboards come again and again."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise BadRequestError(f"can't parse {name} JSON object") from None
    if _is_giant(value):
        raise BadRequestError(f"can't parse {name}: {OUT_OF_RANGE}")
    return _parse_field(method, name, value)


def _parse_field(method: Method, name: str, value: object) -> object:
    if name == MARKUP:
        markup = parse_markup(value)
        if not isinstance(markup, tuple(_classes(method.model_fields[name].annotation))):
            raise BadRequestError("inline keyboard expected")
        return markup
    try:
        return _adapter(method, name).validate_python(value)
    except ValidationError as error:
        raise _refusal(error, name) from None


@cache
def _adapter(method: Method, name: str) -> TypeAdapter[Any]:
    annotation = method.model_fields[name].rebuild_annotation()
    # aiogram's own defaults stand in annotations, as a class that pydantic does not know.
    return TypeAdapter(annotation, config=ConfigDict(arbitrary_types_allowed=True))


def _is_giant(value: object) -> bool:
    """Whether a number in a value has more than the 64 bits that fit into an answer."""
    match value:
        case int() | float():
            return abs(value) >= 1 << 63
        case list():
            return any(map(_is_giant, value))
        case dict():
            return any(map(_is_giant, value.values()))
    return False


def _refusal(error: ValidationError, *outer: str) -> BadRequestError:
    first = error.errors(include_url=False, include_input=False)[0]
    steps = (*outer, *first["loc"])
    name, inner = steps[0], steps[1:]
    if first["type"] == "missing" and not inner:
        return BadRequestError(ABSENT.get(str(name), f'parameter "{name}" is required'))
    where = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in inner)
    return BadRequestError(f"can't parse {name}{where}: {first['msg']}")


def _form(body: bytes) -> Json:
    pairs = (pair.partition("=") for pair in body.decode(errors="replace").split("&") if pair)
    return {_unquote(name): _unquote(value) for name, _, value in pairs}


def _unquote(text: str) -> str:
    return _unquote_short(text) if len(text) < MAX_CACHED else unquote_plus(text)


_unquote_short = lru_cache(maxsize=4096)(unquote_plus)
"""The same keyboards come again and again, and unquoting them is dear."""


def _json(body: bytes) -> Json:
    """Read a JSON object; numbers become strings, as the server itself treats them."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadRequestError("can't parse JSON object") from None
    if not isinstance(value, dict):
        raise BadRequestError("JSON object expected")
    if _is_giant(value):
        raise BadRequestError(f"can't parse JSON object: {OUT_OF_RANGE}")
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
            params[part.name] = BufferedInputFile(bytes(data), filename=part.filename)
    return params
