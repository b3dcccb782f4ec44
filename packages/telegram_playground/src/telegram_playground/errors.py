"""Refusals of the bot's side and the persons' side, and errors of the folder."""


class ApiError(Exception):
    """A Bot API call is refused in Telegram's words.

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
    """The call is wrong: status 400, `Bad Request: ` and a reason."""

    def __init__(self, reason: str, **parameters: int) -> None:
        super().__init__(400, f"Bad Request: {reason}", **parameters)


class NotSpokenError(ApiError):
    """Telegram has it, but the playground does not implement it: status 501."""

    def __init__(self, what: str) -> None:
        super().__init__(501, f"Not Implemented: the playground does not speak {what} yet")


class ForbiddenError(ApiError):
    """The bot may not do that: status 403, `Forbidden: ` and a reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(403, f"Forbidden: {reason}")


class ConflictError(ApiError):
    """Another call or setting conflicts: status 409, `Conflict: ` and a reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(409, f"Conflict: {reason}")


class TooManyRequestsError(ApiError):
    """The bot must wait: status 429 and `retry_after`, in seconds."""

    def __init__(self, retry_after: int) -> None:
        text = f"Too Many Requests: retry after {retry_after}"
        super().__init__(429, text, retry_after=retry_after)


class ControlError(Exception):
    """A person can't do that; the script or page that plays the person gets the reason.

    Attributes:
        status: The HTTP status of the answer.
    """

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.status = status


class FolderError(OSError):
    """The data folder can't be used; the text says why."""


class DamagedJournalError(Exception):
    """A journal is damaged, or written by another version."""


class WrongValueError(ValueError):
    """A value is not of the type that it should have; the text says which, and why."""
