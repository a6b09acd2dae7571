"""Word from ingest workers to the process that reads: rows were added to the head."""

from __future__ import annotations

from typing import Any, Final

from psycopg import Connection

from dovetail.serverlink.sessions import connect, passing

CHANNEL: Final = "historian_head"
TELL: Final = f"notify {CHANNEL}"


class News:
    """Hears that a worker has committed; a connection of its own, opened when somebody first waits."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: Connection[Any] | None = None

    def wait(self, timeout_s: float) -> bool:
        """Whether something was told. A connection made anew tells at once: something may have been missed."""
        with passing(to="read"):
            if self._connection is None or self._connection.closed:
                self._connection = connect(self._url)
                self._connection.execute(f"listen {CHANNEL}")
                return True
            return any(True for _ in self._connection.notifies(timeout=timeout_s, stop_after=1))

    def close(self) -> None:
        """Nobody waits any more."""
        if self._connection is not None:
            self._connection.close()
