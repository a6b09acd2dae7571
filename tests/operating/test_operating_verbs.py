"""The account of samples at a terminal: of an installation in its folder, and as a table that can be checked by eye."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from dovetail.app.bootstrap import open_house
from dovetail.cli.main import app
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.operating.verbs import as_text
from dovetail.ownership.settings import Settings


def account(**changed: Any) -> dict[str, Any]:
    plain = {
        "source": "edge", "lane": "live", "expected": 1_234_567, "stored": 1_234_560, "duplicate": 4, "refused": 3,
        "gap": 0, "frames_repeated": 2, "frames_missing": 0, "balanced": True,
    }  # fmt: skip
    return plain | changed


def test_an_account_can_be_added_up_by_eye() -> None:
    text = as_text([account(), account(source="spool", lane="import", expected=5, stored=5, duplicate=0, refused=0)])
    assert text.splitlines() == [
        "source  lane     expected     stored  duplicate  refused  gap  repeated  missing",
        "edge    live    1,234,567  1,234,560          4        3    0         2        0",
        "spool   import          5          5          0        0    0         2        0",
        "expected = stored + duplicate + refused + gap holds for each",
    ]


def test_an_account_that_is_not_even_is_named() -> None:
    assert as_text([account(balanced=False)]).endswith("does NOT hold for edge live")


def test_an_installation_is_asked(tmp_path: Path) -> None:
    """A tag that nobody knows is refused, and counted."""
    with open_house(Settings(data=tmp_path)) as house:
        batch = Batch.of(Kind.F64, [(7, 1_767_225_600_000_000, 1.0, 0xC0)])
        house.rooms.historian.put([Frame("edge", Lane.LIVE, 1, 1, (batch,))])
    asked = CliRunner().invoke(app, ["delivery", "--data", str(tmp_path), "--json"])
    (found,) = json.loads(asked.stdout)
    assert (asked.exit_code, found["expected"], found["refused"], found["balanced"]) == (0, 1, 1, True)
