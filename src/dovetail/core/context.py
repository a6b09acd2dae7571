"""On whose behalf something is done just now, so that every line of the log about it can say so."""

from __future__ import annotations

from contextvars import ContextVar

REQUEST: ContextVar[str | None] = ContextVar("request", default=None)  # the id that the answer bears, too
ACTOR: ContextVar[str | None] = ContextVar("actor", default=None)
