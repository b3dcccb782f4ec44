"""Sets up logging: one line an event, for Tally and its libraries alike, without secrets."""

import logging
import sys
import threading
from types import TracebackType
from typing import Literal, Protocol
from urllib.parse import unquote

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from durable_dialogs.telemetry import update_id

log = structlog.get_logger(__name__)


def set_up_logs(
    level: str,
    style: Literal["console", "json"],
    secrets: list[str],
    worker: int | None = None,
) -> None:
    """Set up logging for the process.

    Args:
        level: The least severity to log.
        style: `console` for people; `json` for collectors, with one object a line, tracebacks,
            warnings and unhandled errors included.
        secrets: Texts to mask in each line, also in lines of libraries.
        worker: The number of this worker, to be added to each line; None if there is only one.
    """
    shared: list[Processor] = [
        _tell_update,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _Redaction(secrets),
    ]
    if worker is not None:
        shared.append(lambda _logger, _method, event: {**event, "worker": worker})
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer: Processor
    if style == "json":
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    else:
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), sort_keys=False)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # Python would write these to standard error by itself, past the secrets' mask.
    logging.captureWarnings(capture=True)
    sys.excepthook = _crashed
    threading.excepthook = _failed
    sys.unraisablehook = _failed
    # Alembic logs at INFO at each start.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # At DEBUG it logs each statement with its parameters: names of people and counters.
    logging.getLogger("aiosqlite").setLevel(logging.WARNING)
    # At DEBUG it logs whole chats, with people's names.
    logging.getLogger("aiogram_dialog.manager").setLevel(logging.INFO)
    # At INFO it logs each update; Tally's own lines are enough.
    logging.getLogger("aiogram.event").setLevel(logging.WARNING)
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)


def _tell_update(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    if (update := update_id.get()) is not None:
        event.setdefault("update", update)
    return event


def _crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    log.critical("crashed", exc_info=(kind, error, trace))


class _Failure(Protocol):
    """What Python tells its hooks about an unhandled error in a thread or a destructor."""

    @property
    def exc_value(self) -> BaseException | None:
        """The error."""


def _failed(failure: _Failure) -> None:
    log.error("unhandled", exc_info=failure.exc_value)


class _Redaction:
    """Masks secrets in log lines, also in the percent-encoded form that addresses have."""

    def __init__(self, secrets: list[str]) -> None:
        forms = {form for secret in secrets if secret for form in (secret, unquote(secret))}
        # The longest first, because one secret may contain another.
        self._secrets = sorted(forms, key=len, reverse=True)

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        for key, value in event.items():
            text = value if isinstance(value, str) else repr(value)
            if any(secret in text for secret in self._secrets):
                for secret in self._secrets:
                    text = text.replace(secret, "***")
                event[key] = text
        return event
