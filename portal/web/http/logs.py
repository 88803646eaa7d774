"""Log lines: for a person at a console, or JSON for a collector. No line holds a token."""

import logging
import re
import sys
import traceback
from collections import deque
from collections.abc import Iterator, MutableMapping
from typing import Any

import structlog

from portal.settings import Settings

# Of one value, of an exception's message, of its causes, and of the frames of each.
LONGEST_VALUE, LONGEST_MESSAGE, MOST_CAUSES, MOST_FRAMES = 4_000, 300, 4, 8
_TOKENS = re.compile(r"(/j/|/desk/sign-in/|/unsubscribe/)[^/?#\s\"'<>]+")


def without_tokens(text: str) -> str:
    """The text with the secret of every magic link and sign-in link taken out."""
    return _TOKENS.sub(r"\1…", text)


class _NoTokens(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = without_tokens(record.getMessage()), ()
        return True


def _redact(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {
        name: without_tokens(value[:LONGEST_VALUE]) if isinstance(value, str) else value
        for name, value in event.items()
    }


def _shorten_traceback(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace an exception by where it was raised: few frames, and no values of variables, which may be secret or huge."""
    error = event.pop("exc_info", None)
    if isinstance(error, tuple):
        error = error[1]
    elif error and not isinstance(error, BaseException):
        error = sys.exception()
    if isinstance(error, BaseException):
        event["exception"] = "\n".join(_lines_of(error))
    return event


def _lines_of(error: BaseException) -> Iterator[str]:
    """The error, then what it came from; each with its innermost frames."""
    found: BaseException | None = error
    for _ in range(MOST_CAUSES):
        if found is None:
            return
        message = str(found)[:LONGEST_MESSAGE].replace("\n", " ")
        yield f"{type(found).__name__}: {message}"
        frames = deque(traceback.walk_tb(found.__traceback__), maxlen=MOST_FRAMES)
        for frame, line in reversed(frames):
            yield f"  {frame.f_code.co_filename}:{line} in {frame.f_code.co_name}"
        if isinstance(found, BaseExceptionGroup):
            found = found.exceptions[0]
        else:
            found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)


def configure(settings: Settings) -> None:
    """Everything to standard error, libraries' lines included; standard output belongs to commands.

    In JSON each line is one object with `event`, `level`, `timestamp` and, where they are known, `request` and `deal`.
    """
    rendered: Any = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    if settings.log_format == "json":
        rendered = structlog.processors.JSONRenderer()
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Any] = [_shorten_traceback, _redact, rendered]
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared], processors=[meta, *last]
        )
    )
    handler.addFilter(_NoTokens())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
