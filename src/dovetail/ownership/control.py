"""How the command line reaches the installation: over the owner's local socket, or by owning the folder for a moment.

One way for every verb: the same API, the same operations, the same audit. The socket is 0600: whoever may open it
could read the data folder anyway, and acts as `cli:<user>`, the user of the operating system who called.
"""

from __future__ import annotations

import asyncio
import getpass
import http.client
import json
import os
import shutil
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from dovetail.core.errors import ConfigError, DovetailError, InvalidError, LinkError, NotFoundError, RefusedError
from dovetail.core.scope import Scope, system_scope
from dovetail.ownership.datafolder import SOCKET

CONNECT_S = 3.0
OPEN_S = 60.0  # the thread lives, so the socket comes: a machine that is busy must not keep a server from starting
ANSWER_S = 120.0  # a large apply is staged in one transaction
PIECE = 1 << 20  # bytes of a file that are in memory at once
_UCRED = struct.Struct("3i")  # pid, uid, gid


def cli_scope(user: str | None = None) -> Scope:
    """The scope of someone who may open the control socket (who runs this, unless another); the audit names them."""
    return system_scope(f"cli:{user or getpass.getuser()}")


def caller(connection: socket.socket) -> str:
    """The user at the other end of a local socket, as Linux knows them; elsewhere the socket's owner, who is us."""
    if sys.platform != "linux":
        return getpass.getuser()
    import pwd

    _, uid, _ = _UCRED.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size))
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # in a container, say, where nobody wrote a name down
        return f"uid {uid}"


class _Named(H11Protocol):
    """HTTP on the control socket: the client is a user instead of an address."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # looser than uvicorn's
        super().connection_made(transport)
        with socket.socket(fileno=os.dup(transport.get_extra_info("socket").fileno())) as connection:
            self.client = (caller(connection), 0)


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=ANSWER_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(CONNECT_S)
        self.sock.connect(str(self._path))
        self.sock.settimeout(ANSWER_S)


class Control:
    """The installation's API from the command line."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def call(self, method: str, path: str, body: object = None, **query: object) -> Any:
        """The answer of one API call. Raises the error that the API answered with, or LinkError."""
        asked = {key: value for key, value in query.items() if value is not None}
        target = "/api/v1" + path + ("?" + urlencode(asked, doseq=True) if asked else "")
        connection = _Connection(self._path)
        try:
            payload = None if body is None else json.dumps(body)
            connection.request(method, target, payload, {"content-type": "application/json"})
            answer = connection.getresponse()
            content = answer.read()
        except OSError as error:
            raise LinkError(f"the installation does not answer on {self._path}: {error}") from error
        finally:
            connection.close()
        found = json.loads(content) if content else None
        if answer.status >= 400:
            raise _error(answer.status, found if isinstance(found, dict) else {})
        return found

    def fetch(self, path: str, target: Path) -> int:
        """Bring a file that the API answers with to `target`, piece by piece; its bytes. Raises as `call` does."""
        connection = _Connection(self._path)
        try:
            try:
                connection.request("GET", "/api/v1" + path)
                answer = connection.getresponse()
            except OSError as error:
                raise LinkError(f"the installation does not answer on {self._path}: {error}") from error
            if answer.status >= 400:
                raise _error(answer.status, json.loads(answer.read() or b"{}"))
            with target.open("wb") as file:
                shutil.copyfileobj(answer, file, PIECE)
                size = file.tell()
        finally:
            connection.close()
        if str(size) != answer.headers["content-length"]:
            raise LinkError(f"the installation broke off after {size} bytes of {target}")
        return size


def _error(status: int, problem: dict[str, Any]) -> DovetailError:
    kind = {404: NotFoundError, 422: InvalidError, 503: LinkError}.get(status, RefusedError)
    return kind(str(problem.get("detail", status)), code=problem.get("code"), hint=problem.get("hint"))


class ControlServer:
    """Serves an application on the data folder's control socket, in a thread of its own."""

    def __init__(self, app: ASGIApp, data: Path) -> None:
        self.path = (data / SOCKET).resolve()
        if len(str(self.path).encode()) > 100:
            raise ConfigError(f"{self.path} is too long for a local socket", code="data-path", hint="a shorter --data")
        config = uvicorn.Config(app, uds=str(self.path), http=_Named, log_config=None, lifespan="off", access_log=False)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, name="dovetail-control", daemon=True)

    def start(self) -> None:
        """Answer from now on; raises LinkError when the socket cannot be opened."""
        self.path.unlink(missing_ok=True)
        self._thread.start()
        deadline = time.monotonic() + OPEN_S
        while not self._server.started:
            if time.monotonic() > deadline or not self._thread.is_alive():
                raise LinkError(f"the control socket {self.path} did not open")
            time.sleep(0.01)
        self.path.chmod(0o600)

    def stop(self) -> None:
        """Answer no more."""
        self._server.should_exit = True
        self._thread.join(timeout=5)
        with suppress(OSError):
            self.path.unlink(missing_ok=True)


class AsCli:
    """ASGI: every request on the control socket is made by the user who opened it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, connection: Any, receive: Any, send: Any) -> None:
        connection.setdefault("state", {})["scope"] = cli_scope(connection["client"][0])
        await self._app(connection, receive, send)


@contextmanager
def serving(app: ASGIApp, data: Path) -> Iterator[Control]:
    """Serve the control socket for as long as the block lasts."""
    server = ControlServer(AsCli(app), data)
    server.start()
    try:
        yield Control(server.path)
    finally:
        server.stop()
