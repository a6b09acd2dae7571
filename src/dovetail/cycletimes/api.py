"""Ask how long a piece takes."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel

from dovetail.core.clock import DAY_US, HOUR_US, SECOND_US, to_rfc3339
from dovetail.core.scope import Scope
from dovetail.cycletimes.service import CycleTimes, CycleTimesRoom, Missing, OfProduct
from dovetail.operations.http import Api, as_known, period

VIEW: Final = "plant.view"
LONGEST_US: Final = 31 * DAY_US  # every movement of the counters is held: of a fast machine some millions a month
INSTEAD: Final = "ask month by month; over years the trend of the KPI throughput_rate says how it went"


class BinOut(BaseModel):
    """So many pieces took at least `low_s` and less than `high_s`; the last bin holds its upper end as well."""

    low_s: float
    high_s: float
    pieces: int


class ProductOut(BaseModel):
    """The cycle times of one product, s per piece; `product` null: no order ran, or several at once.

    `ideal_s`: the planned run time per item (PRI); `best_s`: that of the hour of production time with the most pieces,
    which began at `best_from`; `actual_s`: production time by pieces (APT/PQ); `p10_s` to `p90_s` and `bins`: of single
    pieces, as the counters moved, `slower` those beyond the bins. `throughput`: pieces per hour of production time.
    `missing`: why nothing can be told of single pieces.
    """

    product: str | None
    production_us: int
    produced: int
    ideal_s: float | None
    best_s: float | None
    best_from: str | None
    actual_s: float | None
    throughput: float | None
    counted: int
    p10_s: float | None = None
    p50_s: float | None = None
    p90_s: float | None = None
    bins: list[BinOut] = []
    slower: int = 0
    missing: Missing | None = None


class CycleTimesOut(BaseModel):
    """Cycle times of a machine by product; of a line those of its constraint (`unit_id`)."""

    equipment_id: int
    unit_id: int
    start: str
    end: str
    until: str
    as_of: int | None
    products: list[ProductOut]
    hints: list[str]


def routes(api: Api, room: CycleTimesRoom) -> None:
    """Declare this room's route."""

    @api.query("GET", "/equipment/{equipment_id}/cycle-times", permission=VIEW, summary="How long a piece takes")
    def cycle_times(
        equipment_id: int,
        scope: Scope,
        start: str | None = None,
        end: str | None = None,
        shift: str | None = None,
        as_of: str | None = None,
    ) -> CycleTimesOut:
        """Ideal, best demonstrated and actual, by product; of `start` to `end` (31 days at most) or a `shift`.

        As once known, single pieces are those of the samples as corrected by then; late ones among them count.
        """
        scope.require(VIEW, equipment_id)
        with api.database.read() as reading:
            known = as_known(reading, as_of)
        if shift is not None:
            found = room.performance.shift(equipment_id, shift, scope=scope, as_of=known)
            when = (found.t0_us, found.t1_us)
        else:
            when = period(start, end, longest_us=LONGEST_US, instead=INSTEAD)
        told = room.cycle_times(equipment_id, *when, scope=scope, as_of=known)
        return _out(equipment_id, when, told, known)


def _out(equipment_id: int, when: tuple[int, int], found: CycleTimes, as_of: int | None) -> CycleTimesOut:
    return CycleTimesOut(
        equipment_id=equipment_id,
        unit_id=found.unit.id,
        start=to_rfc3339(when[0]),
        end=to_rfc3339(when[1]),
        until=to_rfc3339(found.until_us),
        as_of=as_of,
        products=[_product(one) for one in found.products],
        hints=found.hints,
    )


def _product(one: OfProduct) -> ProductOut:
    tally, found, best = one.tally, one.found, one.best
    out = ProductOut(
        product=one.product,
        production_us=tally.apt_us,
        produced=tally.produced,
        ideal_s=_s(tally.ideal_us),
        best_s=None if best is None else _s(best.cycle_us),
        best_from=None if best is None else to_rfc3339(best.from_us),
        actual_s=_s(tally.actual_us),
        throughput=tally.produced * HOUR_US / tally.apt_us if tally.apt_us else None,
        counted=0 if found is None else found.pieces,
        missing=one.missing,
    )
    if found is not None:
        out.p10_s, out.p50_s, out.p90_s = (_s(us) for us in (found.p10_us, found.p50_us, found.p90_us))
        out.bins = [
            BinOut(low_s=b.low_us / SECOND_US, high_s=b.high_us / SECOND_US, pieces=b.pieces) for b in found.bins
        ]
        out.slower = found.slower
    return out


def _s(us: float | None) -> float | None:
    return None if us is None else us / SECOND_US
