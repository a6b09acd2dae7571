"""The virtual bottling line as the assistant sees it: every machine is understood right, or one cannot tell."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from dovetail.core.batch import Batch, Kind
from dovetail.core.clock import HOUR_US, SECOND_US, from_rfc3339
from dovetail.meanings.model import Meanings, Seen
from dovetail.meanings.propose import propose
from dovetail.sim.hours import TWO_SHIFT
from dovetail.sim.line import Line, Setting
from dovetail.sim.samples import Sampler, UnitTags
from dovetail.tracks.columns import Kind as Word
from dovetail.tracks.columns import track_of

START_US = from_rfc3339("2026-01-05T05:00:00Z")
END_US = START_US + 8 * HOUR_US
UNITS = ("filler", "capper", "labeller", "palletiser")
NAMES = ("state", "mode", "stop_reason", "starved", "blocked", "speed", "processed", "defective")
TAGS = {unit: UnitTags(*range(at, at + 8), link=at + 9) for unit, at in zip(UNITS, range(100, 500, 100), strict=True)}
PACES = {
    "filler": (100,),
    "capper": (110,),
    "labeller": (94, 115),
    "palletiser": (94, 120),
}  # 94: held back by the filler
WORDS: dict[Kind, Word] = {Kind.BOOL: "bool", Kind.STR: "text"}


def read(batches: list[Batch], tag: int, name: str) -> Seen:
    [batch] = [one for one in batches if (one.tag == tag).any()]
    rows = batch.take(np.flatnonzero(batch.tag == tag))
    kind = WORDS.get(batch.kind, "number")
    track = track_of(kind, rows.ts, rows.value, rows.quality, valid=rows.valid, start_us=START_US)
    return Seen(tag, name, kind, batch.kind in (Kind.I64, Kind.U64), None, track)


@pytest.fixture(scope="module", params=[(3, 1.0), (5, 10.0)], ids=["each second", "every ten seconds"])
def line(request: pytest.FixtureRequest) -> Iterator[tuple[Line, dict[str, Meanings]]]:
    seed, every_s = request.param
    made = Line(Setting(seed=seed, hours=TWO_SHIFT, order_sizes=(2_000, 5_000)), start_us=START_US)
    sampler = Sampler(
        made, TAGS, source="history", every_us=round(every_s * SECOND_US), frame_samples_max=1 << 40,
        counter_start=(1 << 32) - 5_000,
    )  # fmt: skip
    [frame] = sampler.frames(END_US)[0]
    batches = list(frame.batches)
    found = {
        unit: propose([read(batches, TAGS[unit].state + n, name) for n, name in enumerate(NAMES)], START_US, END_US)
        for unit in UNITS
    }
    yield made, found


@pytest.mark.parametrize("unit", UNITS)
def test_a_machine_of_the_line_is_understood_right(line: tuple[Line, dict[str, Meanings]], unit: str) -> None:
    made, by_unit = line
    found = by_unit[unit]
    assert found.state is not None
    assert (found.state.way, found.state.tag) == ("packml", "state")
    assert {one.value: one.state for one in found.state.values}["6"] == "Execute"
    counters = {one.tag: one for one in found.counters}
    assert {name: one.role for name, one in counters.items()}.items() <= {
        "processed": "total",
        "defective": "scrap",
    }.items()
    assert counters["processed"].modulus == 1 << 32
    assert counters["processed"].pieces == pytest.approx(made.truth[unit].counts(START_US, END_US).processed, abs=2)
    assert {one.tag: one.use for one in found.contacts}.items() <= {"starved": "starved", "blocked": "blocked"}.items()
    assert found.rate is not None
    assert any(found.rate.rate_upm == pytest.approx(pace, rel=0.02) for pace in PACES[unit])


def test_what_the_line_does_is_understood_surely(line: tuple[Line, dict[str, Meanings]]) -> None:
    _, by_unit = line
    assert [one.state.confidence for one in by_unit.values() if one.state is not None] == ["sure"] * len(UNITS)
