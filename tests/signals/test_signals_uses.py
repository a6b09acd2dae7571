"""What a tag is used for must be told whole: a changed address changes a state, a count, a job, a line's figures."""

from __future__ import annotations

import pytest
from signals_world import EVERYBODY, FILLER_ONLY, asked_by, node

from dovetail.core.batch import Kind
from dovetail.core.scope import Scope
from dovetail.db.uow import Database
from dovetail.equipment.model import PlantModel, Tag
from dovetail.historian.service import Historian

PACKML = {"packml": {"state": "state", "mode": "mode"}, "starved": "empty", "blocked": "full"}
CODES = {"values": {"tag": "code", "map": {"1": {"state": "Execute"}}}, "reason": {"tag": "fault", "map": {}}}
COUNTERS = {"good": {"tag": "made"}, "scrap": {"tag": "scrapped"}}
JOB = {"product_tag": "product"}
PROPERTIES = {
    1: ("state", "mode", "empty", "full", "made", "scrapped", "idle"),
    2: ("code", "fault", "product", "made"),
}
LINE = PlantModel(
    version=1,
    equipment=[
        node(9, "acme", None, level="Enterprise"),
        node(3, "acme/line", 9, level="ProductionLine", flow=("filler", "capper"), constraint="filler"),
        node(1, "acme/line/filler", 3, states=PACKML, counters=COUNTERS),
        node(2, "acme/line/capper", 3, states=CODES, counters={"total": {"tag": "made"}}, job=JOB),
    ],
    tags=[
        Tag(10 * unit + n, f"acme/line/{unit}.{name}", unit, name, "plc1", "a", Kind.I64)
        for unit, names in PROPERTIES.items()
        for n, name in enumerate(names)
    ],
)  # fmt: skip


def used(scope: Scope, database: Database, historian: Historian, tag: int) -> list[tuple[str, str | None, str, str]]:
    """(use, counter, whose mapping, whose figures)."""
    shown = asked_by(scope, database, historian, lambda: LINE).get(f"tags/{tag}").json()["used_for"]
    return [
        (one["use"], one["counter"], one["equipment"]["path"], " ".join(node["path"] for node in one["figures"]))
        for one in shown
    ]


FILLER, CAPPER, BOTH = "acme/line/filler", "acme/line/capper", "acme/line/filler acme/line"


@pytest.mark.parametrize("tag, purposes", [
    (10, [("state", None, FILLER, BOTH)]),             # the line's time is that of its constraint
    (11, [("mode", None, FILLER, BOTH)]),
    (12, [("starved", None, FILLER, BOTH)]),
    (13, [("blocked", None, FILLER, BOTH)]),
    (14, [("counter", "good", FILLER, FILLER)]),       # the line's good pieces are counted at its end
    (15, [("counter", "scrap", FILLER, BOTH)]),
    (16, []),
    (20, [("state", None, CAPPER, CAPPER)]),
    (21, [("reason", None, CAPPER, CAPPER)]),
    (22, [("product", None, CAPPER, CAPPER)]),
    (23, [("counter", "total", CAPPER, f"{CAPPER} acme/line")]),
])  # fmt: skip
def test_a_tag_tells_what_it_is_used_for(
    sqlite_database: Database, historian: Historian, tag: int, purposes: list[tuple[str, str | None, str, str]]
) -> None:
    assert used(EVERYBODY, sqlite_database, historian, tag) == purposes


def test_a_line_that_is_not_seen_is_not_told_of(sqlite_database: Database, historian: Historian) -> None:
    assert used(FILLER_ONLY, sqlite_database, historian, 10) == [("state", None, FILLER, FILLER)]
