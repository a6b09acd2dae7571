"""What was derived of samples that went stands: it is not derived again from the little that is left."""

from __future__ import annotations

from states_floor import HELD, RUN, SCRAP, STATE, TOTAL, Floor, at

from dovetail.core.batch import Frame, Lane

HOUR = 3_600


def three_hours(floor: Floor) -> None:
    """A stop in every hour; of the first hour the samples went afterwards."""
    stops = [(STATE, HOUR * hour + second, state) for hour in range(3) for second, state in ((0, RUN), (600, HELD))]
    floor.send([*stops, (TOTAL, 10, 5), (TOTAL, HOUR + 10, 9)], mark=3 * HOUR)
    floor.drain()
    floor.gone |= {STATE: at(1_000), SCRAP: at(900)}


def late(floor: Floor, second: float) -> None:
    floor.historian.put([Frame("late", Lane.IMPORT, 1, floor.seq, floor.frame([(STATE, second, RUN)]).batches)])
    floor.drain()


def test_a_late_sample_of_time_that_went_changes_nothing(floor: Floor) -> None:
    three_hours(floor)
    before = floor.truth()
    late(floor, 700)
    late(floor, 1_500)  # nothing of this moment went, but of its hour
    assert floor.truth() == before


def test_what_comes_late_for_the_time_after_it_is_derived_from_what_was_remembered(floor: Floor) -> None:
    three_hours(floor)
    floor.historian.put(
        [Frame("late", Lane.IMPORT, 1, 1, floor.frame([(STATE, 700, RUN), (STATE, 5_000, RUN)]).batches)]
    )
    floor.drain()
    assert floor.states() == [
        (0, 600, "Execute"), (600, HOUR, "Held"), (HOUR, HOUR + 600, "Execute"), (HOUR + 600, 5_000, "Held"),
        (5_000, 2 * HOUR + 600, "Execute"), (2 * HOUR + 600, None, "Held"),
    ]  # fmt: skip
