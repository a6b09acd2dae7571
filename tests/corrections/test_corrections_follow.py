"""What rests on corrected samples follows them, and goes back when the correction is taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from counting_plant import PLANT, Plant, an_hour, at, lived_hour, plant_on, when

from dovetail.core.bus import Bus
from dovetail.core.clock import MINUTE_US, from_rfc3339
from dovetail.core.errors import ConflictError, InvalidError, NotFoundError, RefusedError
from dovetail.core.scope import Actor, Scope
from dovetail.corrections.index import CorrectionIndex
from dovetail.corrections.model import QUALITIES
from dovetail.corrections.preview import SHOWN, AskedPreview
from dovetail.corrections.service import CorrectionsRoom
from dovetail.db.uow import Database
from dovetail.operations.operation import Catalogue, Done, execute
from dovetail.proof.signals import Signals
from dovetail.proof.tree import Node, Place
from dovetail.testing.clock import ManualClock


@pytest.fixture
def hour(sqlite_database: Database, tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Plant]:
    """A filler that ran an hour: 30 minutes at 100 a minute, 10 standing, 20 at 60; 6 pieces are scrap."""
    with plant_on(sqlite_database, tmp_path, clock, bus) as opened:
        an_hour(opened)
        yield opened


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """The same, for tests that leave it as they found it."""
    with lived_hour(tmp_path_factory.mktemp("lived")) as opened:
        yield opened


@pytest.fixture
def hour_on_both(database: Database, tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Plant]:
    """The same on SQLite and on PostgreSQL."""
    with plant_on(database, tmp_path, clock, bus) as opened:
        an_hour(opened)
        yield opened


def correct(
    plant: Plant, verb: str, *, reason: str | None = "sensor fouled", scope: Scope | None = None, **said: Any
) -> Done[Any]:
    """Run an operation of the room, and let everything follow."""
    operation = next(one for one in plant.rooms.corrections.operations.all if one.name == f"samples.{verb}")
    given = operation.input.model_validate(said)
    done = execute(operation, given, database=plant.database, scope=scope or plant.everyone, reason=reason)
    plant.work()
    return done


def states(plant: Plant, *, as_of: int | None = None) -> list[tuple[float, float | None, str]]:
    """(from minute, to minute, state) of the filler."""
    with plant.database.read() as reading:
        found = plant.rooms.states.records(reading, plant.filler, at(0), at(60), scope=plant.everyone, as_of=as_of)
    minutes = [[(t - at(0)) / MINUTE_US if t is not None else None for t in (r.t0_us, r.t1_us)] for r in found]
    return [(t0, t1, record.state) for (t0, t1), record in zip(minutes, found, strict=True)]  # type: ignore[misc]


def counts(plant: Plant, as_of: int | None = None) -> dict[str, int]:
    return plant.totals(plant.filler, as_of=as_of)


AS_SENT = [(0.0, 30.0, "Execute"), (30.0, 40.0, "Held"), (40.0, None, "Execute")]


@pytest.mark.parametrize(
    "verb, said, expected",
    [
        # nothing was heard of the stop: it is not known to have been one
        ("delete", {"start": when(29.5), "end": when(30.5)}, [(0.0, None, "Execute")]),
        # the stop began and ended elsewhere
        (
            "amend",
            {
                "start": when(29),
                "end": when(41),
                "samples": [{"ts": when(32), "value": 11}, {"ts": when(35), "value": 6}],
            },
            [(0.0, 32.0, "Execute"), (32.0, 35.0, "Held"), (35.0, None, "Execute")],
        ),
        # and there was another one, of which the controller said nothing
        (
            "insert",
            {"samples": [{"ts": when(10), "value": 11}, {"ts": when(12), "value": 6}]},
            [(0.0, 10.0, "Execute"), (10.0, 12.0, "Held"), (12.0, 30.0, "Execute"), *AS_SENT[1:]],
        ),
        ("amend", {"start": when(29), "end": when(31), "value": 6}, [(0.0, None, "Execute")]),
    ],
)
def test_states_are_those_of_the_corrected_signal(
    lived: Plant, verb: str, said: dict[str, Any], expected: list[Any]
) -> None:
    assert states(lived) == AS_SENT
    done = correct(lived, verb, tag_id=lived.tags["state"].id, **said)
    assert states(lived) == expected
    assert states(lived, as_of=done.known - 1) == AS_SENT
    undone = correct(lived, "undo", correction_id=done.output.id, reason="it was right")
    assert states(lived) == AS_SENT
    assert states(lived, as_of=undone.known - 1) == expected  # what was thought meanwhile is found again


def test_both_records_stores_keep_it(hour_on_both: Plant) -> None:
    state = hour_on_both.tags["state"].id
    samples = [{"ts": when(32), "value": 11}, {"ts": when(35), "value": None}]
    done = correct(hour_on_both, "amend", tag_id=state, start=when(29), end=when(41), samples=samples)
    (kept,) = heard_anew(hour_on_both).every(state)
    assert (kept.id, kept.by_name, kept.reason, kept.known) == (1, "anna", "sensor fouled", done.known)
    assert kept.given is not None
    assert kept.given.batch().rows() == [
        (state, at(32), 11, QUALITIES["good"]),
        (state, at(35), None, QUALITIES["bad"]),
    ]
    correct(hour_on_both, "undo", correction_id=1, reason="it was right")
    (kept,) = heard_anew(hour_on_both).every(state)
    assert kept.undone and kept.undone.reason == "it was right"
    assert states(hour_on_both) == AS_SENT


def heard_anew(plant: Plant) -> CorrectionIndex:
    """As another process, or the same one after a restart, has it from the records."""
    index = CorrectionIndex()
    samples, model = plant.rooms.historian, plant.rooms.equipment.plant
    CorrectionsRoom(plant.database, index, samples=samples, plant=model, bus=Bus())
    return index


def test_pieces_and_the_ledger_follow(hour: Plant) -> None:
    before = counts(hour), hour.sums(hour.filler, 0, 60)
    assert before == ({"good": 4_134, "scrap": 6}, {"good": 4_134, "scrap": 6})
    scrap = hour.tags["scrap"].id
    done = correct(hour, "amend", tag_id=scrap, start=when(57), end=when(60), value=13)  # the last three never were
    assert counts(hour) == {"good": 4_137, "scrap": 3}
    assert hour.sums(hour.filler, 0, 60) == {"good": 4_137, "scrap": 3}
    assert (counts(hour, as_of=done.known - 1), hour.sums(hour.filler, 0, 60, as_of=done.known - 1)) == before
    correct(hour, "undo", correction_id=done.output.id)
    assert (counts(hour), hour.sums(hour.filler, 0, 60)) == before


def test_what_comes_late_is_corrected_too_and_counted(hour: Plant) -> None:
    state = hour.tags["state"].id
    done = correct(hour, "delete", tag_id=state, start=when(5), end=when(20))
    assert (done.output.under, done.output.came_after) == (0, 0)
    hour.send([("state", 8, 11), ("state", 9, 6)])
    hour.work()
    assert states(hour) == AS_SENT
    shown = hour.rooms.corrections.one(done.output.id, scope=hour.everyone)
    assert (shown.under, shown.came_after) == (0, 2)
    correct(hour, "undo", correction_id=done.output.id)
    assert states(hour) == [(0.0, 8.0, "Execute"), (8.0, 9.0, "Held"), (9.0, 30.0, "Execute"), *AS_SENT[1:]]


@pytest.mark.parametrize(
    "verb, said, code, pointer",
    [
        ("amend", {"start": when(1), "end": when(2)}, "correction-empty", "/value"),
        ("amend", {"start": when(2), "end": when(1), "value": 1}, "period", "/end"),
        ("amend", {"start": when(1), "end": when(61), "value": 1}, "time-in-future", "/end"),
        ("amend", {"start": when(1), "end": when(2), "value": 1, "scale": 2}, "correction-unclear", "/scale"),
        ("amend", {"start": when(1), "end": when(2), "value": "run"}, "correction-kind", "/value"),
        ("amend", {"start": when(1), "end": when(2), "value": 1.5}, "correction-kind", "/value"),
        ("amend", {"start": when(1), "end": when(2), "value": True}, "correction-kind", "/value"),
        ("amend", {"start": when(1), "end": when(2), "value": 2**63}, "correction-kind", "/value"),
        ("amend", {"start": when(1), "end": when(2), "value": 1, "quality": "bad"}, "correction-unclear", "/quality"),
        (
            "amend",
            {"start": when(1), "end": when(2), "samples": [{"ts": when(1), "value": 1}], "value": 1},
            "correction-unclear",
            "/value",
        ),
        (
            "amend",
            {"start": when(1), "end": when(2), "samples": [{"ts": when(1), "value": 1}, {"ts": when(2), "value": 1}]},
            "correction-outside",
            "/samples/1/ts",
        ),
        ("delete", {"start": when(-60 * 24 * 32), "end": when(1)}, "correction-too-long", "/end"),
        ("insert", {"samples": [{"ts": "yesterday", "value": 1}]}, "time-format", "/samples/0/ts"),
        (
            "insert",
            {"samples": [{"ts": when(5), "value": 1, "quality": "bad"}]},
            "correction-unclear",
            "/samples/0/quality",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(lived: Plant, verb: str, said: dict[str, Any], code: str, pointer: str) -> None:
    with pytest.raises(InvalidError) as refused:
        correct(lived, verb, tag_id=lived.tags["state"].id, **said)
    assert (refused.value.code, refused.value.pointer) == (code, pointer)


PREVIEWS = [
    # what, said, how many stand there, before, after
    ("delete", {"start": when(29), "end": when(41)}, 2, [(30, 11), (40, 6)], []),
    ("amend", {"start": when(29), "end": when(41), "value": "3"}, 2, [(30, 11), (40, 6)], [(30, 3), (40, 3)]),
    ("amend", {"start": when(29), "end": when(31), "scale": 2}, 1, [(30, 11)], [(30, 22)]),
    ("amend", {"start": when(29), "end": when(31), "quality": "bad"}, 1, [(30, 11)], [(30, None)]),
    ("insert", {"start": when(35), "value": "6"}, 0, [], [(35, 6)]),
]


@pytest.mark.parametrize("what, said, count, before, after", PREVIEWS)
def test_a_correction_is_seen_before_it_is_said(
    lived: Plant, what: str, said: dict[str, Any], count: int, before: list[Any], after: list[Any]
) -> None:
    asked = AskedPreview.model_validate({"what": what, **said})
    known = correction_ids(lived)
    shown = lived.rooms.corrections.preview(lived.tags["state"].id, asked, scope=lived.everyone)
    rows = [[(minute(one.ts), one.value) for one in some] for some in (shown.before, shown.after)]
    assert (shown.count, *rows, shown.more) == (count, before, after, False)
    assert correction_ids(lived) == known


def correction_ids(plant: Plant) -> list[int]:
    found = plant.rooms.corrections.shown(plant.tags["state"].id, before=None, limit=50, scope=plant.everyone)
    return [one.id for one in found]


def minute(ts: str) -> float:
    return (from_rfc3339(ts) - at(0)) / MINUTE_US


def test_of_many_samples_the_first_are_shown(hour: Plant) -> None:
    total = hour.tags["total"].id
    asked = AskedPreview(what="amend", start=when(0), end=when(60), offset=1000)
    shown = hour.rooms.corrections.preview(total, asked, scope=hour.everyone)
    assert (shown.count > SHOWN, len(shown.before), len(shown.after), shown.more) == (True, SHOWN, SHOWN, True)
    grown = [after.value - before.value for before, after in zip(shown.before, shown.after, strict=True)]  # type: ignore[operator]
    assert grown == [1000] * SHOWN


@pytest.mark.parametrize(
    "said, code, pointer",
    [
        ({"what": "amend", "start": when(1), "end": when(2), "value": "fast"}, "correction-kind", "/value"),
        ({"what": "amend", "start": when(1), "end": when(2)}, "correction-empty", "/value"),
        ({"what": "delete", "start": when(1)}, "period", "/end"),
        ({"what": "delete", "start": when(1), "end": when(61)}, "time-in-future", "/end"),
    ],
)
def test_a_preview_is_refused_as_the_correction_would_be(
    lived: Plant, said: dict[str, Any], code: str, pointer: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        lived.rooms.corrections.preview(lived.tags["state"].id, AskedPreview.model_validate(said), scope=lived.everyone)
    assert (refused.value.code, refused.value.pointer) == (code, pointer)
    with pytest.raises(NotFoundError):
        lived.rooms.corrections.preview(
            lived.tags["state"].id, AskedPreview.model_validate(said), scope=Scope(Actor("p:2", "Eve"))
        )


def test_who_may_not_and_what_is_not_there(hour: Plant) -> None:
    tag = hour.tags["state"].id
    sees = Scope(Actor("p:1", "Bob"), at={"plant.view": frozenset({hour.filler})})
    stretch = {"start": when(1), "end": when(2)}
    with pytest.raises(RefusedError, match=r"samples\.correct"):
        correct(hour, "delete", tag_id=tag, scope=sees, **stretch)
    with pytest.raises(NotFoundError):
        correct(hour, "delete", tag_id=tag, scope=Scope(Actor("p:2", "Eve")), **stretch)
    with pytest.raises(NotFoundError):
        correct(hour, "delete", tag_id=hour.link, **stretch)  # how far values are good is for the link alone to say
    with pytest.raises(InvalidError, match="reason"):
        correct(hour, "delete", tag_id=tag, reason=" ", **stretch)
    job = hour.rooms.equipment.plant().tags_of(hour.filler)["job"]
    with pytest.raises(RefusedError, match="jobs"):
        correct(hour, "delete", tag_id=job.id, **stretch)
    done = correct(hour, "delete", tag_id=tag, **stretch)
    with pytest.raises(RefusedError, match=r"samples\.correct"):
        correct(hour, "undo", correction_id=done.output.id, scope=sees)
    with pytest.raises(NotFoundError):
        correct(hour, "undo", correction_id=99)
    correct(hour, "undo", correction_id=done.output.id)
    with pytest.raises(ConflictError, match="anna took this"):
        correct(hour, "undo", correction_id=done.output.id)


def test_the_audit_takes_a_correction_back_as_any_other_change(hour: Plant) -> None:
    done = correct(hour, "delete", tag_id=hour.tags["state"].id, start=when(29), end=when(31))
    undo = Catalogue(list(hour.rooms.corrections.operations.all)).undo
    undone = undo(done.audit_id, database=hour.database, scope=hour.everyone, reason="not so")
    assert undone.output.undone.reason == "not so"
    hour.work()
    assert states(hour) == AS_SENT


def test_a_corrected_value_says_that_a_person_gave_it(hour: Plant) -> None:
    total = hour.tags["total"].id
    correct(hour, "amend", tag_id=total, start=when(59), end=when(60), value=5_200)
    newest = hour.rooms.historian.last([total], scope=hour.everyone)[total]
    assert (newest.value, newest.quality) == (5_200, QUALITIES["good"])
    sent = hour.rooms.historian.last([total], scope=hour.everyone, as_of=0)[total]
    assert (sent.value, sent.quality) == (5_140, 0xC0)


def test_an_explanation_names_who_corrected_what(lived: Plant) -> None:
    """Down to the sample; as known before the correction it shows the sample that was sent."""
    state = lived.tags["state"].id
    done = correct(lived, "amend", tag_id=state, start=when(29), end=when(31), value=3)
    named = {"id": done.output.id, "what": "amend", "by": "anna", "why": "sensor fouled"}
    (node,) = samples_under(lived, 30)
    said = [{key: one[key] for key in named} for one in node.detail["corrections"]]
    assert (node.value, node.detail["quality_name"], said) == (3, "GOOD_LOCAL_OVERRIDE+SUBSTITUTED", [named])
    (before,) = samples_under(lived, 30, as_of=done.known - 1)
    assert (before.value, "corrections" in before.detail) == (11, False)
    correct(lived, "undo", correction_id=done.output.id)
    deleted = correct(lived, "delete", tag_id=state, start=when(29), end=when(31))
    (node,) = samples_under(lived, 35)
    assert (node.value, [one["id"] for one in node.detail["corrections"]]) == (6, [deleted.output.id])
    again = explained(lived, node.key)
    assert again.detail["corrections"] == node.detail["corrections"]
    correct(lived, "undo", correction_id=deleted.output.id)


def explained(plant: Plant, path: str, as_of: int | None = None) -> Node:
    place = Place("", plant.filler, at(0), at(60), as_of, plant.everyone)
    return plant.rooms.explainer.explain("availability", place, path=path)


def samples_under(plant: Plant, minute: float, *, as_of: int | None = None) -> list[Node]:
    """The samples of the state signal at a moment, as a state record has them beneath it."""
    place = Place("availability", plant.filler, at(0), at(60), as_of, plant.everyone)
    signals = Signals(plant.rooms.historian, plant.rooms.equipment.plant, plant.rooms.corrections)
    return signals.nodes(place, [plant.tags["state"]], at(minute))


def test_computed_tags_are_computed_anew(
    sqlite_database: Database, tmp_path: Path, clock: ManualClock, bus: Bus
) -> None:
    doubled = PLANT.replace(
        "scrap: {connection", "doubled: {expression: scrap * 2, kind: f64}\n      scrap: {connection", 1
    )
    with plant_on(sqlite_database, tmp_path, clock, bus, text=doubled) as plant:
        an_hour(plant)
        compute(plant)
        scrap, tag = plant.tags["scrap"].id, plant.tags["doubled"].id
        assert said_of(plant, tag)[-1] == (at(58), 32.0)
        done = correct(plant, "amend", tag_id=scrap, start=when(57), end=when(59), value=13)
        compute(plant)
        assert said_of(plant, tag)[-1] == (at(29), 26.0)
        with pytest.raises(RefusedError, match="computed"):
            correct(plant, "delete", tag_id=tag, start=when(1), end=when(2))
        correct(plant, "undo", correction_id=done.output.id)
        compute(plant)
        assert said_of(plant, tag)[-1] == (at(58), 32.0)


def compute(plant: Plant) -> None:
    while plant.rooms.virtual.step():
        pass


def said_of(plant: Plant, tag: int) -> list[tuple[int, object]]:
    """(moment, value) wherever the signal changed; of one moment the last word."""
    rows = [
        row for batch in plant.rooms.historian.raw([tag], at(0), at(61), scope=plant.everyone) for row in batch.rows()
    ]
    last = {ts: value for _, ts, value, _ in rows}
    changes: list[tuple[int, object]] = []
    for ts, value in last.items():
        changes += [(ts, value)] if not changes or changes[-1][1] != value else []
    return changes
