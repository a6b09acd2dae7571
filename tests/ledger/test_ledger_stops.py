"""Stops and failures as a maintenance engineer counts them: what stands is one stop until it runs again."""

from __future__ import annotations

import pytest
from performance_world import CATEGORIES, Job, state

from dovetail.core.clock import MINUTE_US, from_rfc3339
from dovetail.ledger.columns import Sums, sum_slices
from dovetail.ledger.cutting import cut
from dovetail.ledger.timeclass import Settings
from dovetail.ledger.tracks import Definitions, Facts
from dovetail.states.model import StateRecord
from dovetail.workcalendar.model import Span

START = from_rfc3339("2026-01-05T06:00:00Z")
type Told = tuple[float, str, str | None]


def records_of(*told: Told) -> list[StateRecord]:
    """Records that begin at these minutes, each up to the next; the last one is open at the end."""
    ends = [START + round(t * MINUTE_US) for t, _, _ in told[1:]] + [None]
    begins = [START + round(t * MINUTE_US) for t, _, _ in told]
    return [
        state(1, t0, t1, name, reason=reason)
        for (_, name, reason), t0, t1 in zip(told, begins, ends, strict=True)
    ]  # fmt: skip


def summed(*told: Told, minutes: float = 60, settings: Settings | None = None, job: bool = True) -> Sums:
    end = START + round(minutes * MINUTE_US)
    facts = Facts(
        1, "UTC", records_of(*told), [Span(START, end, "BUSY")],
        [Job("j", "cola", START, None)] if job else [], [], [Definitions(START, end, CATEGORIES, {}, 60.0)],
    )  # fmt: skip
    return sum_slices(cut(facts, START, end, settings=settings or Settings()))


JAM = "mechanical/jam"


@pytest.mark.parametrize(("told", "stops", "short", "failures", "failing_min"), [
    ([(0, "Execute", None)],                                                             0, 0, 0, 0),
    ([(0, "Execute", None), (10, "Held", None), (11, "Execute", None)],                  1, 1, 0, 0),
    ([(0, "Execute", None), (10, "Holding", None), (10.1, "Held", None), (11.9, "Unholding", None),
      (12, "Execute", None)],                                                            1, 1, 0, 0),  # one, of 2 min
    ([(0, "Execute", None), (10, "Holding", None), (10.1, "Held", None), (12.1, "Execute", None)],
                                                                                         1, 0, 0, 0),  # longer than 2
    ([(0, "Execute", None), (10, "Aborting", None), (10.1, "Aborted", None), (20, "Clearing", None),
      (21, "Stopped", None), (25, "Execute", None)],                                     1, 0, 1, 11),  # one failure
    ([(0, "Execute", None), (10, "Held", None), (12, "Held", JAM), (30, "Execute", None), (40, "Held", JAM),
      (41, "Execute", None)],                                                            2, 1, 2, 19),
    ([(0, "Execute", None), (10, "Held", JAM), (20, "NO_DATA", None), (30, "Held", JAM), (40, "Execute", None)],
                                                                                         2, 0, 2, 20),  # unknown in bet
    ([(0, "Execute", None), (10, "CHANGEOVER", None), (20, "Execute", None)],            0, 0, 0, 0),  # set-up
    ([(0, "Execute", None), (10, "Stopped", "planned"), (20, "Execute", None)],          0, 0, 0, 0),  # a break
    ([(0, "Execute", None), (59.5, "Held", None)],                                       1, 0, 0, 0),  # open
])  # fmt: skip
def test_what_stands_is_one_stop(told: list[Told], stops: int, short: int, failures: int, failing_min: float) -> None:
    sums = summed(*told)
    assert (sums["stops"], sums["short_stops"], sums["failures"]) == (stops, short, failures)
    assert sums["failing_us"] == failing_min * MINUTE_US


@pytest.mark.parametrize(("micro_stop", "apt_min", "short", "run"), [("delay", 58, 2, 0), ("speed", 60, 0, 2)])
@pytest.mark.parametrize("job", [True, False])
def test_a_short_stop_is_a_loss_or_stays_in_the_run_and_is_counted_either_way(
    micro_stop: str, apt_min: int, short: int, run: int, job: bool
) -> None:
    settings = Settings(micro_stop=micro_stop)  # type: ignore[arg-type]
    told = [(0, "Execute", None), (10, "Holding", None), (11, "Held", JAM), (12, "Execute", None)]
    sums = summed(*told, settings=settings, job=job)
    assert sums["apt_us"] == apt_min * MINUTE_US
    assert (sums["short_stops"], sums["failures"]) == (1, 1)
    assert (sums["short_us"], sums["short_run_us"]) == (short * MINUTE_US, run * MINUTE_US)


def test_what_begins_in_a_break_is_no_failure_of_busy_time() -> None:
    end = START + 60 * MINUTE_US
    noon = START + 30 * MINUTE_US
    records = [state(1, START, START + 20 * MINUTE_US, "Execute"), state(1, START + 20 * MINUTE_US, None, "Aborted")]
    spans = [Span(START, START + 10 * MINUTE_US, "BUSY"), Span(START + 10 * MINUTE_US, noon, "PLANNED_DOWN"),
             Span(noon, end, "BUSY")]  # fmt: skip
    facts = Facts(1, "UTC", records, spans, [], [], [Definitions(START, end, CATEGORIES, {}, None)])
    sums = sum_slices(cut(facts, START, end, settings=Settings()))
    assert (sums["failures"], sums["stops"], sums["failing_us"]) == (0, 0, 30 * MINUTE_US)
