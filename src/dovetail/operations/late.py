"""A route is analysed when somebody first asks for it: a start, and a verb at a terminal, wait for none of the others.

FastAPI reads a function's signature and builds its validators where a route is declared: 5 ms each, half a second for
an installation. Until it is asked for, a route here knows only what decides whether it is meant: path and method.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import Any, Final

from fastapi.routing import APIRoute
from starlette.routing import compile_path

KNOWN_LATE: Final = frozenset(APIRoute.__annotations__) | {"endpoint", "app", "name", "form_limits"}
_analysing = RLock()  # the description of the whole API is made in a thread, while the loop serves routes


class LateRoute(APIRoute):
    """As `APIRoute`, of one method; `endpoint_of` gives the function that serves it, once that is needed."""

    def __init__(self, path: str, endpoint_of: Callable[[], Callable[..., Any]], method: str, **options: Any) -> None:
        self.path = path
        self.methods = {method}
        self.path_regex, self.path_format, self.param_convertors = compile_path(path)
        self._late: tuple[Callable[[], Callable[..., Any]], dict[str, Any]] | None = (endpoint_of, options)

    def __getattr__(self, name: str) -> Any:
        """Called for what is not there: what the analysis finds is there after it."""
        if name not in KNOWN_LATE:
            raise AttributeError(name)
        with _analysing:
            if self._late is not None:
                late, self._late = self._late, None  # the analysis itself may look for what is not there yet
                try:
                    super().__init__(self.path, late[0](), methods=list(self.methods or ()), **late[1])
                except BaseException:
                    self._late = late
                    raise
            return object.__getattribute__(self, name)
