"""Programs in environments of their own that read a folder of Parquet and say what they found."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
LONGEST_S = 300.0  # a Spark that starts on a busy machine


def read_by(name: str, folder: Path) -> dict[str, Any]:
    """What the program of that name finds; the test is skipped where it is not installed."""
    if not (HERE / name / "env" / ".done").exists():
        pytest.skip(f"{name} is not installed: tests/peers/install {name}")
    done = subprocess.run(
        [HERE / name / "env" / "bin" / "python", HERE / name / "read.py", folder],
        capture_output=True, text=True, timeout=LONGEST_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2_000:]
    return json.loads(done.stdout.splitlines()[-1])
