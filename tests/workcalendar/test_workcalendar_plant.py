"""Calendars as people write them, with the mistakes they make, each found at its place."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from dovetail.core.scope import system_scope
from dovetail.db.uow import Database
from dovetail.plantcode.section import Changes
from dovetail.plantcode.validate import validate
from dovetail.workcalendar import store
from dovetail.workcalendar.plant import SECTIONS

HEAD = "calendars:\n  two:\n"
EARLY = '      - {name: Early, start: "06:00", end: "14:00", days: [mon, tue]'


def faults(text: str) -> list[str]:
    """`4 DT-P401`: line and code of every problem."""
    _, report = validate({"plant.yaml": text.encode()}, SECTIONS)
    return [f"{problem.place.line} {problem.code}" for problem in report.problems]


@pytest.mark.parametrize("shifts, expected", [
    ([EARLY + "}"], []),
    ([EARLY + "}", '      - {name: Late, start: "14:00", end: "22:00", days: [mon, tue]}'], []),
    ([EARLY + "}", '      - {name: Late, start: "13:30", end: "22:00", days: [tue]}'], ["5 DT-P401"]),
    ([EARLY + "}", '      - {name: Night, start: "22:00", end: "06:30", days: [mon]}'], ["4 DT-P401"]),
    ([EARLY + "}", '      - {name: Night, start: "22:00", end: "06:30", days: [tue]}'], []),
    ([EARLY + "}", '      - {name: Sunday, start: "22:00", end: "06:30", days: [sun]}'], ["4 DT-P401"]),
    ([EARLY + "}", '      - {name: Early, start: "15:00", end: "16:00", days: [mon]}'], ["5 DT-P404"]),
    ([EARLY + "}", '      - {name: Early, start: "06:00", end: "12:00", days: [fri]}'], []),
    ([EARLY + ', breaks: [{start: "10:00", end: "10:30"}]}'], []),
    ([EARLY + ', breaks: [{start: "13:45", end: "14:15"}]}'], ["4 DT-P402"]),
    ([EARLY + ', breaks: [{start: "05:00", end: "05:30"}]}'], ["4 DT-P402"]),
    ([EARLY + ', breaks: [{start: "10:00", end: "11:00"}, {start: "10:30", end: "11:30"}]}'], ["4 DT-P403"]),
    (['      - {name: N, start: "22:00", end: "06:00", days: [mon], breaks: [{start: "23:45", end: "00:15"}]}'], []),
    (['      - {name: N, start: "22:00", end: "06:00", days: [mon], breaks: [{start: "02:00", end: "02:30"}]}'], []),
    (['      - {name: All, start: "00:00", end: "24:00", days: [mon, tue]}'], []),
    (['      - {name: Early, start: "25:00", end: "14:00", days: [mon]}'], ["4 DT-P023"]),
    (['      - {name: Early, start: 06:00, end: "14:00", days: [mon]}'], ["4 DT-P016"]),  # no quotes: YAML's base 60
    (['      - {name: Early, start: "06:00", end: "14:00", days: [monday]}'], ["4 DT-P023"]),
    (['      - {name: Early, start: "06:00", end: "14:00", days: [mon], brakes: []}'], ["4 DT-P021"]),
])  # fmt: skip
def test_what_a_calendar_may_say(shifts: list[str], expected: list[str]) -> None:
    assert faults(HEAD + "    shifts:\n" + "\n".join(shifts) + "\n") == expected


@pytest.mark.parametrize("exceptions, expected", [
    ('{"2026-12-25": []}', []),
    ('{"2026-12-24": [{name: Early, start: "06:00", end: "12:00"}]}', []),
    ('{"2026-13-24": []}', ["5 DT-P023"]),
    ('{"2026-12-24": [{name: A, start: "06:00", end: "12:00"}, {name: B, start: "11:00", end: "12:00"}]}',
     ["5 DT-P401"]),
    ('{"2026-12-27": [{name: Night, start: "22:00", end: "07:00"}]}', ["5 DT-P401"]),  # runs into Monday's early shift
])  # fmt: skip
def test_what_a_single_date_may_say(exceptions: str, expected: list[str]) -> None:
    assert faults(HEAD + f"    shifts:\n{EARLY}}}\n    exceptions: {exceptions}\n") == expected


def test_the_message_says_which_shifts_and_when() -> None:
    late = '      - {name: Late, start: "13:30", end: "22:00", days: [tue]}'
    _, report = validate({"plant.yaml": (HEAD + f"    shifts:\n{EARLY}}}\n{late}\n").encode()}, SECTIONS)
    assert report.problems[0].message == "'Late' on tue begins at 13:30, before 'Early' on tue ends"


def test_a_calendar_is_stored_and_read_back_as_it_was_compared(database: Database) -> None:
    (section,) = SECTIONS
    plant, report = validate({"plant.yaml": (HEAD + f"    shifts:\n{EARLY}}}\n").encode()}, SECTIONS)
    assert report.ok
    bodies = section.bodies(plant)
    with database.write(system_scope().actor) as uow:
        section.apply(uow, Changes(added=bodies), 1_000)
    with database.read() as reading:
        assert section.current(reading, 2_000) == bodies
        assert section.current(reading, 500) == {}
    with database.write(system_scope().actor) as uow:
        section.apply(uow, Changes(removed=bodies), 3_000)
    with database.read() as reading:
        assert section.current(reading, 2_000) == bodies
        assert section.current(reading, 3_000) == {}
        assert len(reading.connection.execute(select(store.work_calendar)).all()) == 2
