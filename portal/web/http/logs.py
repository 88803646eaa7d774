"""Log lines: for a person at a console, or JSON for a collector. No line holds a token."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from portal.settings import Settings

_TOKENS = re.compile(r"(/j/|/desk/sign-in/|/unsubscribe/)[^/?#\s\"'<>]+")


def without_tokens(text: str) -> str:
    """The text with the secret of every magic link and sign-in link taken out."""
    return _TOKENS.sub(r"\1…", text)


class _NoTokens(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = without_tokens(record.getMessage()), ()
        return True


def _redact(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: without_tokens(value) if isinstance(value, str) else value for name, value in event.items()}


def configure(settings: Settings) -> None:
    """Everything to standard error, libraries' lines included; standard output belongs to commands.

    In JSON each line is one object with `event`, `level`, `timestamp` and, where they are known, `request` and `deal`.
    """
    rendered: Any = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    if settings.log_format == "json":
        rendered = structlog.processors.JSONRenderer()
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Any] = [structlog.processors.format_exc_info, _redact, rendered]
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
