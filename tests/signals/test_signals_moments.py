"""The figures beside a trend: what each signal said at a moment, what a stretch comes to, and nothing out of sight."""

from __future__ import annotations

from pathlib import Path

import pytest
from signals_world import EVERYBODY, FILLER_ONLY, PLANT, asked_by, at, frame

from dovetail.core import quality as q
from dovetail.core.batch import Batch, Kind
from dovetail.core.bus import Bus
from dovetail.core.clock import SECOND_US, to_rfc3339
from dovetail.db.uow import Database
from dovetail.historian.service import Historian
from dovetail.testing.clock import ManualClock
from said_of_samples import amended


@pytest.fixture(autouse=True)
def heard(historian: Historian, clock: ManualClock) -> None:
    """Tag 1: 10 from second 0, nothing from 20 to 30, 40 from then; tag 4 a text; tag 6 is another machine's."""
    clock.step(100 * SECOND_US)
    one = [(1, at(0), 10.0, q.GOOD), (1, at(20), None, q.BAD_NOT_CONNECTED), (1, at(30), 40.0, q.UNCERTAIN_RANGE)]
    historian.put([
        frame(1, Batch.of(Kind.F64, one)),
        frame(2, Batch.of(Kind.STR, [(4, at(2), "Cola 2", q.GOOD)])),
        frame(3, Batch.of(Kind.I64, [(6, at(1), 12, q.GOOD)])),
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("second", "said"),
    [
        #  s    tag, value, quality
        (0.5, [(1, 10.0, "GOOD")]),
        (25, [(1, None, "BAD_NOT_CONNECTED"), (4, "Cola 2", "GOOD"), (6, 12, "GOOD")]),
        (30, [(1, 40.0, "UNCERTAIN_RANGE"), (4, "Cola 2", "GOOD"), (6, 12, "GOOD")]),
        (-1, []),
    ],
)
def test_a_moment_has_the_newest_sample_of_each_tag_before_it(
    sqlite_database: Database, historian: Historian, second: float, said: list[tuple[int, object, str]]
) -> None:
    client = asked_by(EVERYBODY, sqlite_database, historian, lambda: PLANT)
    found = client.get("/samples/at", params={"tags": "1,4,6,999", "at": to_rfc3339(at(second))}).json()["items"]
    assert [(one["tag"], one["value"], one["quality_name"]) for one in found] == said


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        #  from, to: lowest, highest, mean over the covered time, covered, good
        (0, 20, (10.0, 10.0, 10.0, 20.0, 1.0)),
        (10, 40, (10.0, 40.0, 25.0, 20.0, 1 / 3)),  # 10 s of 10, 10 s of nothing, 10 s of an uncertain 40
        (50, 60, (40.0, 40.0, 40.0, 10.0, 0.0)),  # no sample in it: what it began with still stands
        (22, 28, (None, None, None, 0.0, 0.0)),
    ],
)
def test_a_stretch_comes_to_what_its_curve_shows(
    sqlite_database: Database, historian: Historian, start: float, end: float, expected: tuple[float | None, ...]
) -> None:
    client = asked_by(EVERYBODY, sqlite_database, historian, lambda: PLANT)
    span = {"start": to_rfc3339(at(start)), "end": to_rfc3339(at(end))}
    (one,) = client.get("/statistics", params={"tags": "1,4", **span}).json()["items"]
    found = (one["min"], one["max"], one["mean"], one["covered_s"], one["good_share"])
    assert found == pytest.approx(expected)


@pytest.mark.parametrize(
    ("values", "least", "greatest"),
    [
        ([3.0, 5.0], 3.0, 5.0),  # 40 stood before, and ended where the stretch begins
        ([3.0, float("inf")], 3.0, None),  # the greatest has no number that JSON knows: not what stood before instead
        ([float("-inf"), 3.0], None, 3.0),
        ([float("nan"), 3.0], 3.0, 3.0),
    ],
)
def test_what_stood_before_is_no_extreme_of_a_stretch_that_begins_with_a_sample(
    sqlite_database: Database, historian: Historian, values: list[float], least: float | None, greatest: float | None
) -> None:
    said = [(1, at(60 + i), value, q.GOOD) for i, value in enumerate(values)]
    historian.put([frame(4, Batch.of(Kind.F64, said))])
    client = asked_by(EVERYBODY, sqlite_database, historian, lambda: PLANT)
    span = {"start": to_rfc3339(at(60)), "end": to_rfc3339(at(70))}
    (one,) = client.get("/statistics", params={"tags": "1", **span}).json()["items"]
    assert (one["min"], one["max"]) == (least, greatest)


def test_tags_out_of_sight_are_left_out_as_if_they_did_not_exist(
    sqlite_database: Database, historian: Historian
) -> None:
    client = asked_by(FILLER_ONLY, sqlite_database, historian, lambda: PLANT)
    span = {"start": to_rfc3339(at(0)), "end": to_rfc3339(at(60))}
    for path, asked in (("/samples/at", {"at": to_rfc3339(at(60))}), ("/statistics", span)):
        found = client.get(path, params={"tags": "6,1,999", **asked}).json()["items"]
        assert [one["tag"] for one in found] == [1]


@pytest.mark.parametrize(
    "as_of, value", [({}, 70.0), ({"as_of": "5"}, 70.0), ({"as_of": "4"}, 10.0), ({"as_of": "0"}, 10.0)]
)
def test_what_was_corrected_later_does_not_count(
    sqlite_database: Database, tmp_path: Path, clock: ManualClock, as_of: dict[str, str], value: float
) -> None:
    """From second 0 to 20 the signal said 10, and from `known` 5 on somebody says that it was 70."""
    corrections = amended(1, (at(0), at(20)), 70.0, known=5)
    historian = Historian(
        tmp_path / "corrected", clock=clock, bus=Bus(), owner_of=lambda _tag: 1, corrections=corrections
    )
    historian.put([frame(1, Batch.of(Kind.F64, [(1, at(0), 10.0, q.GOOD)]))])
    client = asked_by(EVERYBODY, sqlite_database, historian, lambda: PLANT)
    span = {"start": to_rfc3339(at(0)), "end": to_rfc3339(at(20))}
    for path, columns, asked in (
        ("/samples/at", ["value"], {"at": to_rfc3339(at(30))}),
        ("/statistics", ["min", "max", "mean"], span),
    ):
        (one,) = client.get(path, params={"tags": "1", **as_of, **asked}).json()["items"]
        assert [one[column] for column in columns] == [value] * len(columns)
    historian.close()


@pytest.mark.parametrize("tags", ["", " , ", ",".join(map(str, range(65)))])
def test_what_is_no_list_of_tags_is_refused(sqlite_database: Database, historian: Historian, tags: str) -> None:
    client = asked_by(EVERYBODY, sqlite_database, historian, lambda: PLANT)
    answer = client.get("/samples/at", params={"tags": tags, "at": to_rfc3339(at(0))})
    assert (answer.status_code, answer.json()["pointer"]) == (422, "/tags")
