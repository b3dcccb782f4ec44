"""Refusals: what the bot's side and the persons' side answer when something can't be done."""

from pydantic import ValidationError


class ApiError(Exception):
    """A Bot API call is refused, in Telegram's own words.

    Attributes:
        status: The HTTP status, which is also the answer's `error_code`.
        description: The answer's `description`, such as `Bad Request: chat not found`.
        parameters: The answer's `parameters`, such as `retry_after` in seconds.
    """

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


class BadRequestError(ApiError):
    """The call itself is wrong: status 400, `Bad Request: ` and a reason."""

    def __init__(self, reason: str, **parameters: int) -> None:
        super().__init__(400, f"Bad Request: {reason}", **parameters)


class NotSpokenError(ApiError):
    """The playground lacks what is asked for, which Telegram has: status 501."""

    def __init__(self, what: str) -> None:
        super().__init__(501, f"Not Implemented: the playground does not speak {what} yet")


class ForbiddenError(ApiError):
    """The call is right, but the bot may not: status 403, `Forbidden: ` and a reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(403, f"Forbidden: {reason}")


class ConflictError(ApiError):
    """Another call or setting stands in the way: status 409, `Conflict: ` and a reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(409, f"Conflict: {reason}")


class TooManyRequestsError(ApiError):
    """The bot has to wait: status 429 and the seconds to wait for."""

    def __init__(self, retry_after: int) -> None:
        text = f"Too Many Requests: retry after {retry_after}"
        super().__init__(429, text, retry_after=retry_after)


class ControlError(Exception):
    """A person can't do that: said to the script that plays the person.

    Attributes:
        status: The HTTP status of the answer.
    """

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.status = status


class FolderError(OSError):
    """The folder to keep everything in can't be used."""


class DamagedJournalError(Exception):
    """A journal can't be read, as it is damaged or of another version."""


def problems_of(error: ValidationError) -> str:
    """What is wrong with each field of a request, in a line that a person can read."""
    lines = []
    for problem in error.errors(include_url=False, include_context=False, include_input=False):
        place = ".".join(map(str, problem["loc"]))
        lines.append(f"{place}: {problem['msg']}" if place else problem["msg"])
    return "; ".join(lines)
