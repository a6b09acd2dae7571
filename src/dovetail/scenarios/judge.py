"""Hold what came of a scenario against what was expected: states, slices, pieces, times and KPIs, one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Final

from dovetail.ledger.model import Slice
from dovetail.performance.report import Counts, Figures, Times
from dovetail.plantcode.report import Path, Place
from dovetail.scenariofiles.document import NOT_THERE, Document
from dovetail.scenariofiles.schema import ExpectEntry
from dovetail.scenariofiles.script import Names, Script
from dovetail.scenariofiles.words import duration_us, figure, said_duration
from dovetail.scenarios.stage import OWN, Stage
from dovetail.slowrunning.service import SlowRunningRoom
from dovetail.switchboard.model import CONVENTIONS, Quantities, quantities

RATIOS: Final = ("coverage", "unrated")
CLASSES: Final = ("APT", "AUST", "ADET", "ADOT", "NODT", "PLANNED_DOWN", "NOT_PLANNED")
SLICE_WORDS: Final = (
    "state", "reason", "mode", "product", "order", "shift", "crew", "plan", "good", "scrap", "rework", "infeed",
)  # fmt: skip
SPANNED: Final = ("slices", "slow")
PIECES: Final = ("good", "scrap", "rework", "infeed")

type Line = tuple[str, str, bool]  # expected, actual, whether they agree


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what was expected and what came of it; `lines` where it is a whole table."""

    place: Place
    what: str
    expected: str
    actual: str
    ok: bool
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a table: the moment(s), and the words beside them, in which two rows may differ."""

    from_us: int
    to_us: int
    words: tuple[str, ...]
    named: Mapping[str, str]


class _Judge:
    """Compares one check of a scenario."""

    def __init__(self, document: Document, script: Script, now: Stage) -> None:
        self.document, self.script, self.now, self.wall = document, script, now, script.wall
        self.names = Names(script.plant)
        self.findings: list[Finding] = []

    def wrong(self, path: Path, message: str, **more: Any) -> None:
        self.document.wrong(path, message, **more)

    def check(self, n: int, wanted: ExpectEntry) -> None:
        """Everything one check names."""
        path = ("expect", n)
        try:
            equipment_id = self.names.equipment(wanted.equipment)
        except LookupError as error:
            found = getattr(error, "candidates", ())
            self.wrong((*path, "equipment"), str(error), code=NOT_THERE, candidates=found, given=wanted.equipment)
            return
        script = self.script
        span = (script.from_us, script.until_us) if wanted.period is None else self.wall.span(wanted.period)
        try:
            within_us = duration_us(wanted.within) if wanted.within else 0
            as_of = None if wanted.known is None else self._known_at(self.wall.at(wanted.known))
        except ValueError as error:
            self.wrong((*path, "within" if "duration" in str(error) else "known"), str(error))
            return
        one = _Check(self, path, wanted, equipment_id, span, as_of, within_us)
        one.states()
        one.slices()
        one.slow()
        one.figures()
        one.held()

    def _known_at(self, at_us: int) -> int:
        with self.now.database.read() as reading:
            return reading.known_at(at_us)


@dataclass(frozen=True, slots=True)
class _Check:
    judge: _Judge
    path: tuple[str | int, ...]
    wanted: ExpectEntry
    equipment_id: int
    span: tuple[int, int]
    as_of: int | None
    within_us: int

    @property
    def about(self) -> str:
        """The equipment and the period, as people name them."""
        wall, (from_us, to_us) = self.judge.wall, self.span
        known = f", as known at {self.wanted.known}" if self.wanted.known else ""
        return f"{self.wanted.equipment} {wall.said(from_us)}..{wall.said(to_us)}{known}"

    # --- tables ----------------------------------------------------------------------------------------------
    def states(self) -> None:
        """The timeline, with what people said of it."""
        if self.wanted.states is None:
            return
        rows = [self._state_row(n, row) for n, row in enumerate(self.wanted.states)]
        expected = [row for row in rows if row is not None]
        if len(expected) != len(rows):
            return
        named = {name for row in expected for name in row.named}
        self._compare("states", expected, _merged(self._really_states(named)))

    def _state_row(self, n: int, row: str) -> _Row | None:
        words = row.split()
        named = dict(word.split("=", 1) for word in words[1:] if "=" in word)
        plain = [word for word in words[1:] if "=" not in word]
        unknown = sorted(set(named) - {"mode", "by"})
        path = (*self.path, "states", n)
        if unknown or not 1 <= len(plain) <= 2:
            self.judge.wrong(path, "a row is `time state reason`: 07:30 Held technical/jam mode=Production by=person")
            return None
        try:
            at_us = self.judge.wall.at(words[0])
        except ValueError as error:
            self.judge.wrong(path, str(error))
            return None
        return _Row(at_us, 0, (plain[0], plain[1] if len(plain) > 1 else ""), named)

    def _really_states(self, named: Iterable[str]) -> list[_Row]:
        from_us, to_us = self.span
        rooms = self.judge.now.rooms
        with self.judge.now.database.read() as reading:
            found: list[Any] = rooms.timeline.records(
                reading, self.equipment_id, from_us, to_us, scope=OWN, as_of=self.as_of
            )
        if self.as_of is None:
            tail = rooms.timeline.tail(self.equipment_id, scope=OWN).records
            begin_us = min((one.t0_us for one in tail), default=to_us)
            found = [one for one in found if one.t0_us < begin_us] + list(tail)
        ends = [*(one.t0_us for one in found[1:]), to_us][: len(found)]  # nothing was known yet: none
        return [
            _Row(
                max(one.t0_us, from_us), min(one.t1_us or end, end, to_us), (one.state, one.reason or ""),
                {name: {"mode": one.mode, "by": one.source}[name] for name in named},
            )
            for one, end in zip(found, ends, strict=True)
            if one.t0_us < to_us and (one.t1_us or end) > from_us
        ]  # fmt: skip

    def slices(self) -> None:
        """The ledger; slices that are alike in everything that the rows name are one."""
        if self.wanted.slices is None:
            return
        rows = [self._slice_row(n, row) for n, row in enumerate(self.wanted.slices)]
        expected = [row for row in rows if row is not None]
        if len(expected) != len(rows):
            return
        named = {name for row in expected for name in row.named}
        expected = [_Row(row.from_us, row.to_us, row.words, _filled(row.named, named)) for row in expected]
        orders = self._orders()
        found = self.judge.now.rooms.performance.slices(self.equipment_id, *self.span, scope=OWN, as_of=self.as_of)
        self._compare("slices", expected, _merged([_slice_as_row(one, named, orders) for one in found]))

    def slow(self) -> None:
        """Where it ran slowly, at which share of its standard rate."""
        if self.wanted.slow is None:
            return
        room = SlowRunningRoom(self.judge.now.rooms.performance)
        found = room.stretches(self.equipment_id, *self.span, as_of=self.as_of)
        actual = [_Row(one.t0_us, one.t1_us, (f"{one.share:.0%}",), {"pieces": str(one.produced)}) for one in found]
        expected: list[_Row] = []
        for n, row in enumerate(self.wanted.slow):
            time, *words = row.split()
            named = dict(word.split("=", 1) for word in words if "=" in word)
            try:
                span = self.judge.wall.span(time)
            except ValueError as error:
                self.judge.wrong((*self.path, "slow", n), str(error))
                return
            if len(words) - len(named) != 1 or set(named) - {"pieces"}:
                self.judge.wrong((*self.path, "slow", n), "a row is `from..to share`: 06:10..06:20 70% pieces=700")
                return
            expected.append(_Row(*span, tuple(word for word in words if "=" not in word), named))
        self._compare("slow", expected, actual)

    def _slice_row(self, n: int, row: str) -> _Row | None:
        words, path = row.split(), (*self.path, "slices", n)
        named = dict(word.split("=", 1) for word in words[2:] if "=" in word)
        unknown = sorted(set(named) - set(SLICE_WORDS))
        if len(words) < 2 or len(named) != len(words) - 2 or unknown:
            what = "a row is `from..to class`, and what else is to be looked at: 06:00..07:30 APT product=cola good=90"
            self.judge.wrong(path, what, hint=f"it may name {', '.join(SLICE_WORDS)}")
            return None
        if words[1] not in CLASSES:
            self.judge.wrong(path, f"there is no class of time {words[1]}", candidates=CLASSES, given=words[1])
            return None
        try:
            return _Row(*self.judge.wall.span(words[0]), (words[1],), named)
        except ValueError as error:
            self.judge.wrong(path, str(error))
            return None

    def _orders(self) -> dict[str | None, str]:
        with self.judge.now.database.read() as reading:
            found = self.judge.now.rooms.production.responses(reading, self.equipment_id, *self.span, scope=OWN)
        return {job.id: job.job_order or "" for job in found}

    def held(self) -> None:
        """What counters did that no machine can do."""
        if self.wanted.held is None:
            return
        with self.judge.now.database.read() as reading:
            found = self.judge.now.rooms.states.held(
                reading, (self.equipment_id,), *self.span, scope=OWN, as_of=self.as_of
            )
        actual = [_Row(one.t1_us, one.t1_us, (one.counter, str(one.quantity), one.cause), {}) for one in found]
        expected: list[_Row] = []
        for n, row in enumerate(self.wanted.held):
            time, *words = row.split()
            try:
                at_us = self.judge.wall.at(time)
            except ValueError as error:
                self.judge.wrong((*self.path, "held", n), str(error))
                return
            expected.append(_Row(at_us, at_us, tuple(words), {}))
        self._compare("held", expected, actual)

    def _compare(self, what: str, expected: Sequence[_Row], actual: Sequence[_Row]) -> None:
        lines, first = side_by_side(
            [self._said(row, what) for row in expected], [self._said(row, what) for row in actual],
            lambda i, j: self._alike(expected[i], actual[j], what),
        )  # fmt: skip
        ok = all(agrees for _, _, agrees in lines)
        place = self.judge.document.place(*self.path, what, first if first < len(expected) else len(expected) - 1)
        summary = (f"{len(expected)} rows", f"{len(actual)} rows")
        self.judge.findings.append(Finding(place, f"{self.about} · {what}", *summary, ok, tuple(lines)))

    def _alike(self, one: _Row, other: _Row, what: str) -> bool:
        near = abs(one.from_us - other.from_us) <= self.within_us
        near = near and (what == "states" or abs(one.to_us - other.to_us) <= self.within_us)  # one ends the next
        return near and one.words == other.words and all(other.named.get(key) == v for key, v in one.named.items())

    def _said(self, row: _Row, what: str) -> str:
        wall = self.judge.wall
        moment = wall.said(row.from_us) + (f"..{wall.said(row.to_us)}" if what in SPANNED else "")
        named = [f"{name}={row.named[name]}" for name in (*SLICE_WORDS, "by", "pieces") if name in row.named]
        return "  ".join(word for word in (moment, *row.words, *named) if word)

    # --- figures ---------------------------------------------------------------------------------------------
    def figures(self) -> None:
        """Pieces, times and KPIs of the period."""
        wanted = self.wanted
        if not (wanted.counts or wanted.times or wanted.kpis or wanted.definitions):
            return
        performance = self.judge.now.rooms.performance
        period = performance.kpis(self.equipment_id, *self.span, scope=OWN, as_of=self.as_of)
        found = period.figures
        self._counts(found)
        self._times(found)
        values = {kpi.id: kpi.value for kpi in found.kpis} | {name: getattr(found, name) for name in RATIOS}
        self._ratios("kpis", wanted.kpis, values)
        if wanted.definitions:
            seen = quantities(period.sums, period.settings)
            self._ratios("definitions", wanted.definitions, by_definition(seen))

    def _counts(self, found: Figures) -> None:
        for name, number in self.wanted.counts.items():
            if self._is_there("counts", name, Counts.model_fields):
                actual = getattr(found.counts, name)
                self._finds(("counts", name), _piece(number), _piece(actual), ok=number == actual)

    def _times(self, found: Figures) -> None:
        known = {_time_name(field): field for field in Times.model_fields}
        for name, text in self.wanted.times.items():
            if not self._is_there("times", name, known):
                continue
            actual = getattr(found.times, known[name])
            said, _, tolerance = text.partition("±")
            try:
                expected_us, within_us = duration_us(said), duration_us(tolerance) if tolerance else self.within_us
            except ValueError as error:
                self.judge.wrong((*self.path, "times", name), str(error))
                continue
            ok = abs(actual - expected_us) <= within_us
            self._finds(("times", name), text, said_duration(actual), ok=ok)

    def _ratios(self, what: str, wanted: Mapping[str, str], values: Mapping[str, float | None]) -> None:
        for name, text in wanted.items():
            if not self._is_there(what, name, values):
                continue
            try:
                expected = figure(text)
            except ValueError as error:
                self.judge.wrong((*self.path, what, name), str(error))
                continue
            ok = expected.holds(values[name])
            self._finds((what, name), expected.text, expected.said(values[name]), ok=ok)

    def _is_there(self, what: str, name: str, known: Iterable[str]) -> bool:
        if name in known:
            return True
        at = (*self.path, what, name)
        self.judge.wrong(at, f"there is no {name} among the {what}", code=NOT_THERE, candidates=known, given=name)
        return False

    def _finds(self, at: tuple[str, str], expected: str, actual: str, *, ok: bool) -> None:
        place = self.judge.document.place(*self.path, *at)
        self.judge.findings.append(Finding(place, f"{self.about} · {at[1]}", expected, actual, ok))


def by_definition(seen: Quantities) -> dict[str, float | None]:
    """OEE of every definition by its id, its factors and what only it has after a dot."""
    found: dict[str, float | None] = {}
    for convention in CONVENTIONS:
        outcome = convention.work_out(seen)
        factors = outcome.factors
        found[convention.id] = factors.oee
        parts = {"availability": factors.a.value, "performance": factors.p.value, "quality": factors.q.value}
        found |= {f"{convention.id}.{name}": value for name, value in {**parts, **outcome.more}.items()}
    return found


def judge(document: Document, script: Script, now: Stage) -> list[Finding]:
    """Every check of a scenario; what is wrong with a check itself is in the document's report."""
    judging = _Judge(document, script, now)
    for n, wanted in enumerate(document.entry.expect):
        judging.check(n, wanted)
    return judging.findings


def _time_name(field: str) -> str:
    """A time of the report as a scenario names it: ISO's abbreviations in capitals, words as words."""
    name = field.removesuffix("_us")
    return name.upper() if len(name) <= 4 else name


def _piece(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"


def _filled(named: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """A row that does not name what another does expects it to be nothing there."""
    return {name: named.get(name, "0" if name in PIECES else "") for name in names}


def _slice_as_row(one: Slice, named: Iterable[str], orders: Mapping[str | None, str]) -> _Row:
    said = {
        "state": one.state, "reason": one.reason or "", "mode": one.mode, "product": one.product or "",
        "order": orders.get(one.job_response_id, ""), "shift": one.shift_name or "", "crew": one.crew or "",
        "plan": one.plan,
    } | {kind: str(getattr(one.pieces, kind)) for kind in PIECES}  # fmt: skip
    return _Row(one.t0_us, one.t1_us, (one.cls,), {name: said[name] for name in named})


def _merged(rows: Sequence[_Row]) -> list[_Row]:
    """Neighbours that say the same are one row; their pieces are added."""
    merged: list[_Row] = []
    for row in rows:
        last = merged[-1] if merged else None
        if last is not None and last.to_us == row.from_us and last.words == row.words and _facts(last) == _facts(row):
            summed = {k: str(int(last.named[k]) + int(v)) if k in PIECES else v for k, v in row.named.items()}
            merged[-1] = _Row(last.from_us, row.to_us, row.words, summed)
        else:
            merged.append(row)
    return merged


def _facts(row: _Row) -> dict[str, str]:
    return {name: value for name, value in row.named.items() if name not in PIECES}


def side_by_side(expected: Sequence[str], actual: Sequence[str], alike: Any) -> tuple[list[Line], int]:
    """(lines, index of the first expected row that does not hold), each row beside the one it belongs to."""
    keys = [next((i for i in range(len(expected)) if alike(i, j)), -1 - j) for j in range(len(actual))]
    lines: list[Line] = []
    first = len(expected)
    for tag, i0, i1, j0, j1 in SequenceMatcher(None, list(range(len(expected))), keys, autojunk=False).get_opcodes():
        if tag != "equal":
            first = min(first, i0)
        for k in range(max(i1 - i0, j1 - j0)):
            left = expected[i0 + k] if i0 + k < i1 else ""
            right = actual[j0 + k] if j0 + k < j1 else ""
            lines.append((left, right, tag == "equal"))
    return lines, first
