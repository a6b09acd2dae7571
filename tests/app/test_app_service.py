"""An installation under a service manager: it says when it is ready and that it lives, has one owner, and ends well."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dovetail.app.bootstrap import open_house
from dovetail.cli.main import app, run
from dovetail.core.errors import ConfigError
from dovetail.ownership.control import ControlServer
from dovetail.ownership.datafolder import LockedError
from dovetail.ownership.settings import Settings

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sockets and signals of Unix")

STOP_S = 60.0  # it is meant to take less than ten, on a machine that does nothing else


@contextmanager
def serving(data: Path, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A real server that answers, killed at the end if it still runs."""
    command = [sys.executable, "-m", "dovetail.cli", "serve", "--data", str(data), "--port", "0"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **environment}
    )
    try:
        assert process.stdout is not None
        assert "answers" in process.stdout.readline()
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[tuple[str, Callable[[str], None]]]:
    """(its address, a function that waits until it has been told something)."""
    heard: list[str] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(60)

        def until(state: str) -> None:
            while not any(state in one.split("\n") for one in heard):
                heard.append(listening.recv(4096).decode())

        yield str(tmp_path / "notify"), until


def test_a_service_from_its_start_to_its_end(
    tmp_path: Path, manager: tuple[str, Callable[[str], None]], capsys: pytest.CaptureFixture[str]
) -> None:
    """It is stopped as a service manager does it: in good order, with no socket and no open journal left behind."""
    data = tmp_path / "data"
    address, hears = manager
    told = {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "30000000", "JOURNAL_STREAM": "8:1"}
    with serving(data, **told) as server:
        hears("READY=1")
        hears("WATCHDOG=1")
        assert server.stdout is not None
        said = server.stdout.readline()
        link = data / "set-up-link"
        assert str(link) in said
        assert "token=" not in said, "the journal is read by more people"
        assert "/setup#token=" in link.read_text()
        assert link.stat().st_mode & 0o077 == 0
        with urllib.request.urlopen(link.read_text().partition("/setup")[0], timeout=60) as screens:
            assert screens.status == 200, "port 0 was asked for, and the real one is said"
        assert (data / "control.sock").stat().st_mode & 0o077 == 0
        a_second_one_is_refused(data, server.pid)
        the_command_line_looks_after_it(data, tmp_path / "backups")
        the_command_line_says_who_holds_it(data, tmp_path / "backups", capsys)
        began_s = time.monotonic()
        server.send_signal(signal.SIGTERM)
        hears("STOPPING=1")
        assert server.wait(timeout=60) == 0
        assert time.monotonic() - began_s < STOP_S
    assert not list(data.glob("control.sock")) + list(data.glob("*.db-wal"))


def a_second_one_is_refused(data: Path, owner: int) -> None:
    with pytest.raises(LockedError, match=f"{data} is in use by process {owner}"), open_house(Settings(data=data)):
        pass


def the_command_line_looks_after_it(data: Path, backups: Path) -> None:
    """Over the control socket, while it runs."""
    terminal = CliRunner()
    made = terminal.invoke(app, ["backup", str(backups), "--data", str(data), "--keep", "2"])
    assert made.exit_code == 0, made.output
    assert Path(made.stdout.strip()).parent == backups
    assert "that are free" in made.stderr
    assert terminal.invoke(app, ["backup", "list", str(backups)]).output.count("dovetail-") == 1
    whole = terminal.invoke(app, ["backup", "verify", str(backups)])
    assert whole.exit_code == 0, whole.output
    assert "whole" in whole.output
    asked = terminal.invoke(app, ["doctor", "--data", str(data), "--json"])
    found = json.loads(asked.output)
    said = {one["id"]: one for one in found["findings"]}
    assert said["server"]["verdict"] == "well"
    assert said["backups"]["verdict"] == "well"
    assert asked.exit_code == found["worst"]


def the_command_line_says_who_holds_it(data: Path, backups: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit, match="1"):
        patch.setattr(sys, "argv", ["dovetail", "restore", str(backups), "--data", str(data), "--force"])
        run()
    said = capsys.readouterr().err
    assert f"error[data-locked]: {data} is in use by process" in said
    assert "hint: stop it, or let it work" in said


def test_after_a_kill_the_folder_is_free_and_the_old_socket_in_nobodys_way(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data) as server:
        server.kill()
        assert server.wait(timeout=30) == -signal.SIGKILL
    assert (data / "control.sock").exists(), "what a kill leaves behind"
    found = json.loads(CliRunner().invoke(app, ["doctor", "--data", str(data), "--json"]).output)
    assert {one["id"]: one["verdict"] for one in found["findings"]}["server"] == "look"
    done = CliRunner().invoke(app, ["operations", "--data", str(data)])
    assert done.exit_code == 0
    assert "backup.make" in done.output


def test_a_path_too_long_for_a_socket_is_said_before_anything_starts(tmp_path: Path) -> None:
    async def nothing(*_: object) -> None: ...

    with pytest.raises(ConfigError, match="is too long for a local socket"):
        ControlServer(nothing, tmp_path / ("x" * 120))  # type: ignore[arg-type]
