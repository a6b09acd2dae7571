"""A service manager stops an installation: it ends in good order, leaves no socket and no open journal behind."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path


def test_sigterm_closes_the_stores_and_is_a_clean_exit(tmp_path: Path) -> None:
    data = tmp_path / "data"
    command = [sys.executable, "-m", "dovetail.cli", "serve", "--data", str(data), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, stderr=subprocess.DEVNULL) as serving:
        assert serving.stdout is not None
        assert "answers" in serving.stdout.readline()
        serving.send_signal(signal.SIGTERM)
        assert serving.wait(timeout=30) == 0
    assert not list(data.glob("control.sock")) + list(data.glob("*.db-wal"))
