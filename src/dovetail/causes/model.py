"""What is asked of a line, and what comes of it: its lost time with the causes, its units, its bottlenecks. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from dovetail.equipment.model import Equipment, PlantModel
from dovetail.ledger.model import Slice
from dovetail.lineflow.model import Buffer, Line, Piece, Spell
from dovetail.lineflow.ranking import Lost, Without
from dovetail.lineflow.written import flat, lanes

LOST: Final = frozenset({"AUST", "ADET", "ADOT", "NODT"})  # PBT without APT
MINUTE_US: Final = 60_000_000


@dataclass(frozen=True, slots=True)
class Found:
    """Why a unit (of a line: its constraint) did not produce in [from_us, until_us).

    `pieces` tile its lost time, each with the rate that held; `spells` say what every unit of the line did.
    """

    equipment_id: int
    unit: int
    from_us: int
    until_us: int
    line: Line
    spells: Mapping[int, Sequence[Spell]]
    busy: Sequence[tuple[int, int]]
    slices: Sequence[Slice]
    pieces: Sequence[tuple[Piece, float | None]]
    partial: bool

    def us(self, *classes: str) -> int:
        """Time of some classes, µs."""
        return sum(one.elapsed_us for one in self.slices if one.cls in classes)

    @property
    def lost_us(self) -> int:
        """Planned busy time without production."""
        return self.us(*LOST)

    @property
    def rated_us(self) -> int:
        """Run time with a standard rate."""
        return sum(share.rated_us for one in self.slices if one.cls == "APT" for share in one.shares)

    @property
    def ideal_ns(self) -> int:
        """What the pieces made in it should have taken."""
        return sum(share.ideal_ns for one in self.slices if one.cls == "APT" for share in one.shares)


@dataclass(frozen=True, slots=True)
class StopCause:
    """A stop of one unit: what it began with, what it mostly was, and what it cost its line."""

    unit: int
    t0_us: int
    t1_us: int | None
    initial: Piece
    key: Piece
    line_lost_us: int
    without: Without


def lost_of(slices: Sequence[Slice]) -> list[Lost]:
    """The lost stretches among slices, by time, each with the rate that held; neighbours of one rate as one."""
    found: list[Lost] = []
    for one in slices:
        if one.cls in LOST:
            rates = [(share.share_ppm, share.rate_upm) for share in one.shares]
            known = [ppm * rate for ppm, rate in rates if rate is not None]
            rate = sum(known) / 1_000_000 if len(known) == len(rates) else None
            goes_on = bool(found) and (found[-1].t1_us, found[-1].rate_upm) == (one.t0_us, rate)
            found.append(Lost(found.pop().t0_us if goes_on else one.t0_us, one.t1_us, rate))
    return found


def spans_of(lost: Sequence[Lost]) -> list[tuple[int, int]]:
    """The lost stretches with those that follow each other put together."""
    found: list[tuple[int, int]] = []
    for one in lost:
        begin_us = found.pop()[0] if found and found[-1][1] == one.t0_us else one.t0_us
        found.append((begin_us, one.t1_us))
    return found


def line_of(plant: PlantModel, node: Equipment, seen: frozenset[int]) -> Line:
    """The steps of a line as far as they may be seen: what lies beyond is outside."""
    ids = {name: plant.by_path(f"{node.path}/{name}").id for name in node.flow}
    flow = node.steps or [(name,) for name in node.flow]
    steps = [tuple(ids[name] for name in step if ids[name] in seen) for step in flat(flow)]
    ways = [tuple(ids[name] for name in lane if ids[name] in seen) for lane in lanes(flow)]
    buffers = {ids[name]: _buffer(body) for name, body in node.buffers.items() if ids[name] in seen}
    return Line(tuple(step for step in steps if step), buffers, tuple(way for way in ways if len(way) > 1))


def _buffer(body: Mapping[str, Any]) -> Buffer:
    return Buffer(body.get("capacity"), round(float(body.get("transport_s") or 0.0) * 1_000_000))


def is_silent(states: Mapping[str, Any]) -> bool:
    """Whether no signal of a unit ever says that it waits for its neighbours."""
    values: Mapping[str, Any] = states.get("values") or {}
    meanings: Mapping[str, Any] = values.get("map") or {}
    told = [cast("Mapping[str, Any]", body) for body in meanings.values() if isinstance(body, dict)]
    words = {str(body.get("state")) for body in told} | {str(body.get("reason")) for body in told}
    words |= {str(body) for body in meanings.values()}
    says = words & {"STARVED", "BLOCKED", "external/starved", "external/blocked"}
    return not (states.get("starved") or states.get("blocked") or says)
