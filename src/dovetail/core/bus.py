"""Nudges inside one process: something changed, look again. Never the only carrier of a fact: the stores are."""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Callable
from typing import Any

log = logging.getLogger(__name__)


class Bus:
    """Publish and subscribe by the type of the message. Handlers run in the publisher's thread and must not block."""

    def __init__(self) -> None:
        self._handlers: dict[type[object], list[Callable[[Any], None]]] = defaultdict(list)
        self._lock = threading.Lock()

    def subscribe[M: object](self, message: type[M], handler: Callable[[M], None]) -> Callable[[], None]:
        """Call `handler` with every message of exactly this type; the answer is the way to stop."""
        with self._lock:
            self._handlers[message].append(handler)

        def stop() -> None:
            with self._lock:
                if handler in self._handlers[message]:
                    self._handlers[message].remove(handler)

        return stop

    def publish(self, message: object) -> None:
        """Tell everyone; a handler that fails is logged and does not stop the others, who lost only a nudge."""
        with self._lock:
            handlers = list(self._handlers.get(type(message), ()))
        for handler in handlers:
            try:
                handler(message)
            except Exception:
                log.exception("a handler of %s failed", type(message).__name__)
