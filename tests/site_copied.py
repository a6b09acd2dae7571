"""A site of which a copy is kept elsewhere, held against the same plain list."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Protocol

import plain_samples as plain
from dovetail.copies.model import TagName
from dovetail.copies.target import Copy
from dovetail.core.batch import Kind
from dovetail.core.clock import MINUTE_US
from dovetail.forwarding.model import Selection
from dovetail.forwarding.reconcile import Reconciler
from dovetail.forwarding.site import Site
from dovetail.gone.model import Stretch
from plain_samples import Row
from records_places import Records
from samples_stores import Store
from site_life import CHANGED, FORCE, PLANT, SPEED, Life

COPIED: Final = (SPEED, FORCE, CHANGED)
EVER: Final = (0, 1 << 62)


class Elsewhere(Protocol):
    """Where a copy lies: opened as often as the site begins anew."""

    def open(self) -> Copy: ...
    def empty(self) -> None: ...
    def rows(self) -> list[Row]:
        """What a reader of the copy finds, by (ts, tag, kind, arrival)."""
        ...


class CopiedLife(Life):
    """A site of which a copy is kept. What its own rules let go stays there."""

    def __init__(self, folder: Path, store: Store, elsewhere: Elsewhere, records: Records | None = None) -> None:
        self.elsewhere = elsewhere
        self.only_there: list[Row] = []
        self.gone: list[Stretch] = []
        self.back: list[Stretch] = []  # out of archives, and not sealed here yet: the copy has held it all the while
        super().__init__(folder, store, records)

    def _open(self) -> None:
        super()._open()
        names = tuple(TagName(tag, PLANT.tags[tag].path, "", int(PLANT.tags[tag].kind or Kind.F64)) for tag in COPIED)
        self.copy = self.elsewhere.open()
        self.reconciler = Reconciler(
            Site(self.historian.chunks, self.corrections.standing, went=self.retention.gone.each), self.copy,
            lambda: Selection.of(names), clock=self.clock, round_us=MINUTE_US,
        )  # fmt: skip

    def forward(self) -> None:
        """Until the copy is equal: it reads as the site does, of all that is sealed."""
        if self._torn:
            self.seal()
        self.clock.tick(MINUTE_US)
        while self.reconciler.step():
            pass
        there = [plain.shown(row) for row in self.elsewhere.rows() if not self._went(row)]
        expected = [plain.shown(row) for row in self.expected() if not self._went(row)]
        assert there == expected, [row for row in {*there, *expected} if there.count(row) != expected.count(row)]
        assert {plain.shown(row) for row in self.only_there} <= {plain.shown(row) for row in self.elsewhere.rows()}

    def expected(self) -> list[Row]:
        """What is to be read there of what is here."""
        return plain.between(self.plain.rows(sealed=True), *EVER, *COPIED)

    def _went(self, row: Row) -> bool:
        return any(row[0] == one.tag and one.t0 <= row[1] <= one.t1 for one in self.gone)

    def seal(self) -> None:
        super().seal()
        for one in self.back:
            self.gone = [of for of in self.gone if (of.tag, of.t0, of.t1) != (one.tag, one.t0, one.t1)]
        self.back.clear()

    def keep(self) -> None:
        """Nothing is let go of here that the copy does not hold."""
        self._count_repeats()
        self.forward()
        super().keep()

    def _let_go(self, one: Stretch) -> list[Row]:
        before = plain.between(self.expected(), one.t0, one.t1 + 1, one.tag)
        went = super()._let_go(one)
        left = {plain.shown(row) for row in self.expected()}
        only_there = [row for row in before if plain.shown(row) not in left and not row[3] & plain.SUBSTITUTED]
        self.only_there += [row for row in only_there if not self._went(row)]  # what came late for such time is not
        self.gone.append(one)
        return went

    def _returned(self, one: Stretch) -> None:
        super()._returned(one)
        self.back.append(one)
        self.only_there = [row for row in self.only_there if not (row[0] == one.tag and one.t0 <= row[1] <= one.t1)]

    def close(self) -> None:
        self.copy.close()
        super().close()

    def kill(self) -> None:
        self.copy.close()
        super().kill()
