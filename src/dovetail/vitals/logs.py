"""What the installation says of itself: one event per line, for people or for machines, and never a secret.

Text for a terminal, JSON lines for a log collector; both to standard error, where a service manager reads them.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any, Final, Literal

import orjson

from dovetail.core import context
from dovetail.core.clock import to_rfc3339
from dovetail.core.errors import ConfigError

type Style = Literal["text", "json"]

LEVELS: Final[Mapping[str, int]] = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}
NOISY: Final = ("asyncua", "uvicorn", "alembic", "asyncio", "httpx2", "httpcore2")
MESSAGE_MAX: Final = 8_000  # a longer line is no event but a flood

# Nothing of ours writes a secret; this stands behind it for what libraries and error texts may carry (SECURITY E3).
SECRETS: Final = (
    re.compile(r"(\bdt_[0-9A-Za-z]+_)[0-9A-Za-z_\-]+"),  # an API token keeps its public half
    re.compile(r"([#?&](?:token|once|ticket|secret|password|pin)=)[^\s&#\"']+", re.IGNORECASE),
    re.compile(r"(://[^\s:/@]+:)[^\s@/]+(?=@)"),  # the password in an address
    re.compile(r"(\bauthorization\b\W+(?:bearer|basic)\s+)\S+", re.IGNORECASE),
    re.compile(r"(\b(?:set-)?cookie\b\W+)[^\r\n]+", re.IGNORECASE),
    re.compile(r"([\"'](?:password|pin|token|secret|passphrase)[\"']\s*:\s*[\"'])[^\"']+", re.IGNORECASE),
)
_CONTROL: Final = {code: f"\\x{code:02x}" for code in (*range(32), 127)} | {9: "\t", 10: "\\n", 13: "\\r"}


def masked(text: str) -> str:
    """The text with what looks like a credential blotted out."""
    for pattern in SECRETS:
        text = pattern.sub(r"\1***", text)
    return text


def one_line(text: str) -> str:
    """No text that came from outside can pretend to be a line of its own (SECURITY E11)."""
    said = masked(text).translate(_CONTROL)[:MESSAGE_MAX]
    return said.encode("utf-8", "backslashreplace").decode()  # a file's name may be no text at all


class TextLines(logging.Formatter):
    """For a terminal and for journald: time, level, logger, message."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        """One event, one line; who asked stands at its end."""
        record.message = one_line(record.message)
        return super().formatMessage(record) + "".join(f" {name}={value}" for name, value in _asked().items())

    def formatException(self, ei: Any) -> str:
        """Where it went wrong."""
        return masked(super().formatException(ei))


class JsonLines(logging.Formatter):
    """For a log collector: one JSON object per line."""

    def format(self, record: logging.LogRecord) -> str:
        """One event."""
        said: dict[str, Any] = {
            "ts": to_rfc3339(round(record.created * 1_000_000)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": one_line(record.getMessage()),
            "thread": record.threadName,
            **_asked(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            said["error"] = type(record.exc_info[1]).__name__
            said["traceback"] = masked(self.formatException(record.exc_info))
        return orjson.dumps(said, default=str).decode()


def _asked() -> dict[str, str]:
    found = {"request": context.REQUEST.get(), "actor": context.ACTOR.get()}
    return {name: one_line(value) for name, value in found.items() if value is not None}


def configure(style: str = "text", level: str = "info") -> None:
    """Say everything on standard error, in this style from this level on. Raises ConfigError for an unknown one."""
    styles: Mapping[str, type[logging.Formatter]] = {"text": TextLines, "json": JsonLines}
    if style not in styles or level not in LEVELS:
        known = f"{', '.join(styles)}; {', '.join(LEVELS)}"
        raise ConfigError(f"there is no log {style!r} of level {level!r}", code="log", hint=f"there are {known}")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(styles[style]())
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(LEVELS[level])
    for noisy in NOISY:
        logging.getLogger(noisy).setLevel(max(logging.WARNING, LEVELS[level]))
    logging.getLogger("asyncua.server").setLevel(logging.CRITICAL)  # the virtual PLCs: what matters is raised to us
