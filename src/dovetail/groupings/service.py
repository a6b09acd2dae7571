"""The groupings room: what a period came to, told apart by words, each group a ratio of sums like the whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dovetail.books.grouped import sums_by_words
from dovetail.books.rollups import GroupKey, sums_by_rollup
from dovetail.core.errors import InvalidError
from dovetail.core.scope import Scope
from dovetail.core.watching import Watching, unwatched
from dovetail.db.uow import Reading
from dovetail.groupings.model import OF_SHIFTS, Groups, Key, demanded, from_slices, key_of, stored, together
from dovetail.ledger.columns import Sums
from dovetail.ledger.named import value_of
from dovetail.performance.kpis._lines import figured
from dovetail.performance.report import KpiValue, catalogue, values
from dovetail.performance.service import ROLLUP_FROM_US, Leaves, PerformanceRoom

VIEW: Final = "plant.view"
GROUPS_MAX: Final = 1_000  # more rows nobody reads: a shorter period, or fewer words


@dataclass(frozen=True, slots=True)
class Group:
    """The sums of a group, its planned busy time and its KPIs."""

    key: Key
    sums: Sums
    busy_us: int
    kpis: list[KpiValue]


@dataclass(frozen=True, slots=True)
class Grouped:
    """The groups of a period, those of most planned busy time first."""

    until_us: int
    groups: list[Group]
    partial: bool
    hints: tuple[str, ...]


class GroupingsRoom:
    """Answers; keeps nothing."""

    def __init__(self, performance: PerformanceRoom, *, watching: Watching = unwatched) -> None:
        self._room = performance
        self._watching = watching

    def grouped(
        self,
        equipment_id: int,
        period: tuple[int, int],
        *,
        by: Sequence[str],
        kpis: Sequence[str],
        scope: Scope,
        as_of: int | None = None,
    ) -> Grouped:
        """A period of a node by some words: all groups together are its figures. Raises InvalidError for words and
        KPIs that there are not, and for more groups than anybody reads."""
        scope.require(VIEW, equipment_id)
        words, wanted, room = demanded(by), self._wanted(kpis), self._room
        leaves, until_us = self._leaves(equipment_id, period[1], scope, as_of)
        found: Groups = {}
        for _, groups_of in self._each(leaves.ids, (period[0], until_us), words, as_of):
            found = together([found, groups_of])
            if len(found) > GROUPS_MAX:
                message, hint = f"these are more than {GROUPS_MAX} groups", "ask for less time, or by fewer words"
                raise InvalidError(message, pointer="/by", code="groups", hint=hint)
        node = room.gathering.node(equipment_id, until_us - 1, as_of=as_of)[1]
        settings = figured(node, room.gathering.settings_at(until_us - 1, as_of=as_of))
        blind = "good" in room.gathering.untold(leaves.ids, until_us - 1, as_of=as_of)
        groups = [
            Group(
                key,
                sums,
                value_of("pbt_us", sums, settings),
                [one for one in values(sums, settings, blind=blind and not sums["good"]) if one.id in wanted],
            )
            for key, sums in found.items()
        ]
        groups.sort(key=lambda one: (-one.busy_us, -one.sums["elapsed_us"], str(one.key)))
        return Grouped(until_us, groups, leaves.hidden, leaves.hints)

    def brought(
        self,
        equipment_id: int,
        period: tuple[int, int],
        *,
        by: Sequence[str],
        holds: Callable[[Key], bool],
        scope: Scope,
        as_of: int | None = None,
    ) -> dict[int, Sums]:
        """What each machine brings to one group of `grouped`, however many groups there are beside it."""
        scope.require(VIEW, equipment_id)
        leaves, until_us = self._leaves(equipment_id, period[1], scope, as_of)
        each = self._each(leaves.ids, (period[0], until_us), demanded(by), as_of)
        return {unit: sums for unit, found in each for key, sums in found.items() if holds(key)}

    def _leaves(self, equipment_id: int, to_us: int, scope: Scope, as_of: int | None) -> tuple[Leaves, int]:
        """The ledgers below a node, and where a period really ends."""
        room = self._room
        with room.database.read() as reading:
            until_us = room.until(reading, to_us, as_of)
            plant = room.plant_at(reading, equipment_id, as_of)
        return room.leaves(plant, equipment_id, scope, at_us=until_us - 1, as_of=as_of), until_us

    def _each(
        self, units: Sequence[int], period: tuple[int, int], words: Sequence[str], as_of: int | None
    ) -> Iterator[tuple[int, Groups]]:
        """The groups of one ledger after the other; how far that is is told."""
        with self._room.database.read() as reading:
            quick = as_of is None and {*words} <= OF_SHIFTS and self._room.is_whole(reading)
        with self._watching(len(units)) as step:
            for done, unit in enumerate(units, start=1):
                yield unit, self._of(unit, period, words, as_of=as_of, quick=quick)
                step(done)

    @staticmethod
    def _wanted(kpis: Sequence[str]) -> frozenset[str]:
        unknown = [name for name in kpis if name not in catalogue()]
        if unknown:
            hint = ", ".join(catalogue())
            raise InvalidError(f"there is no KPI {', '.join(unknown)}", pointer="/kpi", code="no-kpi", hint=hint)
        return frozenset(kpis)

    def _of(
        self, unit: int, period: tuple[int, int], words: Sequence[str], *, as_of: int | None, quick: bool
    ) -> Groups:
        """One ledger: whole shifts from their sums where these know the words, all else from its slices."""
        with self._room.database.read() as reading:
            held = self._room.held_between(reading, unit, *period, as_of)
            if quick and held[1] - held[0] >= ROLLUP_FROM_US:
                rest = self._room.beside_shifts(reading, unit, period, held)
                return together([from_slices(rest, words), _of_shifts(reading, unit, held, words)])
            ends = self._room.derived(reading, unit, period[0], held[0], as_of)
            ends += self._room.derived(reading, unit, held[1], period[1], as_of)
            by = stored(words)
            summed, several = sums_by_words(reading, unit, held, by=by, as_of=as_of)
        return together([from_slices([*ends, *several], words), _named(summed, by, words)])


def _of_shifts(reading: Reading, unit: int, held: tuple[int, int], words: Sequence[str]) -> Groups:
    by = stored(words)
    return _named(sums_by_rollup(reading, [unit], *held, by=by), by, words)


def _named(groups: Mapping[GroupKey, Sums], by: Sequence[str], words: Sequence[str]) -> Groups:
    return together({key_of(words, dict(zip(by, key, strict=True))): sums} for key, sums in groups.items())
