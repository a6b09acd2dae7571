"""Whoever comes over the control socket is named in the audit: the user who called, not the one the server runs as."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from dovetail.ownership.control import caller, serving

pwd = pytest.importorskip("pwd", reason="users of Unix")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux says who is at the other end")


async def who(connection: Scope, receive: Receive, send: Send) -> None:
    """The installation, as far as it matters here: it says whom it takes the caller for."""
    found = Request(connection).state.scope.actor
    await JSONResponse({"id": found.id, "kind": found.kind})(connection, receive, send)


def test_the_caller_is_named_and_not_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(who, tmp_path) as control:
        monkeypatch.setenv("LOGNAME", "whom-the-server-runs-as")
        said = control.call("GET", "/session")
    assert said == {"id": f"system:cli:{pwd.getpwuid(os.getuid()).pw_name}", "kind": "system"}


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can act as somebody else")
@pytest.mark.parametrize("uid, name", [(0, "root"), (65_534, "nobody"), (54_321, "uid 54321")])
def test_the_kernel_says_who_it_is(uid: int, name: str) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(f"\0dovetail-{os.getpid()}-{uid}")  # a name without a file: nobody's rights stand in its way
        listening.listen()
        listening.settimeout(60)
        connects = (
            f"import socket; s = socket.socket(socket.AF_UNIX); s.connect({listening.getsockname()!r}); s.recv(1)"
        )
        child = subprocess.Popen(
            ["/usr/bin/env", "python3", "-c", connects], user=uid, env={"PATH": os.environ["PATH"]}
        )
        connection, _ = listening.accept()
        with connection:
            said = caller(connection)
        assert child.wait(timeout=60) == 0
    assert said == name
