"""Answers of the Bot API server."""

from dataclasses import dataclass

from aiohttp import web

from telegram_playground import json_text
from telegram_playground.errors import ApiError


@dataclass(frozen=True, slots=True)
class Answer:
    """A result with a `description`, as setWebhook answers."""

    result: object
    description: str


def success(result: object) -> web.Response:
    """Answer a call that succeeded.

    Args:
        result: The method's result as JSON, or an `Answer`.
    """
    return web.Response(body=success_body(result), content_type="application/json")


def success_body(result: object) -> bytes:
    """Give the body of the answer to a call that succeeded."""
    if isinstance(result, json_text.Encoded):
        return b'{"ok":true,"result":%b}' % result
    if isinstance(result, Answer):
        body = {"ok": True, "result": result.result, "description": result.description}
    else:
        body = {"ok": True, "result": result}
    return json_text.encode(body)


def refusal(error: ApiError) -> web.Response:
    """Answer a call that was refused."""
    body = {"ok": False, "error_code": error.status, "description": error.description}
    headers = {}
    if error.parameters:
        body["parameters"] = error.parameters
    if "retry_after" in error.parameters:
        headers["Retry-After"] = str(error.parameters["retry_after"])
    return web.Response(
        body=json_text.encode(body),
        status=error.status,
        content_type="application/json",
        headers=headers,
    )
