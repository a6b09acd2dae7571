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


TURNS = """calendars:
  four:
    crews: [A, B, C, D]
    shifts:
      - {name: Day, start: "06:00", end: "18:00"}
      - {name: Night, start: "18:00", end: "06:00"}
    rotation:
      anchor: "2026-01-05"
      cycle: [Day, Day, rest, rest, Day, Day, Day, rest, rest, Day, Day, rest, rest, rest,
              Night, Night, rest, rest, Night, Night, Night, rest, rest, Night, Night, rest, rest, rest]
      crews: {A: 0, B: 7, C: 14, D: 21}
"""


@pytest.mark.parametrize("said, instead, expected", [
    ("B: 7", "B: 7", []),
    ('      anchor: "2026-01-05"\n', "", ["7 DT-P022"]),         # a cycle that never began
    ('"2026-01-05"', '"5 January"', ["8 DT-P023"]),
    ("Night, Night,", "Nacht, Night,", ["10 DT-P406"]),
    ("[A, B, C, D]", "[A, B, C]", ["11 DT-P408"]),
    ("B: 7", "B: 8", ["11 DT-P407"]),                             # A and B both by day
    ("B: 7", "B: 28", ["11 DT-P415"]),
    ("B: 7", "B: -7", ["11 DT-P023"]),
    ('"18:00"}', '"19:00"}', ["6 DT-P401"]),                      # the day runs into the night
    ('"18:00"}', '"18:00", crew: E}', ["5 DT-P408"]),
    ("name: Day,", "name: Days,", ["5 DT-P405", "9 DT-P406"]),
])  # fmt: skip
def test_what_a_rotation_may_say(said: str, instead: str, expected: list[str]) -> None:
    found = faults(TURNS.replace(said, instead, 1))
    assert list(dict.fromkeys(found)) == expected


HOLIDAYS = """holidays:
  cz: {name: Czechia, dates: {"2026-05-01": Labour Day, "2026-12-25": Christmas Day}}
  eves: {dates: {"2026-12-24": Christmas Eve}}
calendars:
  two:
    shifts:
      - {name: Early, start: "06:00", end: "14:00", days: [mon, tue, wed, thu, fri]}
      - {name: Night, start: "22:00", end: "06:00", days: [mon, tue, wed, thu, fri]}
    holidays:
      cz: []
      eves: [{name: Early, start: "06:00", end: "10:00"}]
    exceptions:
      "2026-07-13": {name: Summer, until: "2026-07-31", shifts: []}
      "2026-12-21":
        down: [{name: Boiler, start: "08:00", end: "10:00"}]
"""


@pytest.mark.parametrize("said, instead, expected", [
    ("cz: []", "cz: []", []),
    ("cz: []", "de: []", ["10 DT-P409"]),
    ("      cz: []", "      cz: [{name: Early, start: \"6:00\", end: \"10:00\"}]", ["10 DT-P023"]),
    ("2026-12-24", "2026-12-25", ["11 DT-P410"]),
    ('"10:00"}]', '"23:00"}]', []),                                 # no night on that day either: it is replaced
    ('"06:00", end: "10:00"}]', '"05:00", end: "10:00"}]', ["11 DT-P401"]),   # the night before still runs
    ("2026-05-01", "2026-13-01", ["2 DT-P023"]),
    ('until: "2026-07-31"', 'until: "2026-07-01"', ["13 DT-P411"]),
    ('until: "2026-07-31"', 'until: "2028-07-31"', ["13 DT-P411", "14 DT-P412"]),
    ('until: "2026-07-31"', 'until: "2026-12-21"', ["14 DT-P412"]),
    (", shifts: []", "", ["13 DT-P414"]),
    ('"08:00", end: "10:00"}]', '"15:00", end: "16:00"}]', ["15 DT-P413"]),
    ('"08:00", end: "10:00"}]', '"02:00", end: "03:00"}]', ["15 DT-P413"]),   # Sunday's night is not worked
    ("down: [", "dawn: [", ["15 DT-P021"]),
])  # fmt: skip
def test_what_holidays_and_exceptions_may_say(said: str, instead: str, expected: list[str]) -> None:
    assert faults(HOLIDAYS.replace(said, instead, 1)) == expected


def test_a_faulty_list_of_holidays_is_not_also_missing() -> None:
    assert faults(HOLIDAYS.replace("Christmas Day", "7", 1)) == ["2 DT-P023"]


def test_the_message_says_which_shifts_and_when() -> None:
    late = '      - {name: Late, start: "13:30", end: "22:00", days: [tue]}'
    _, report = validate({"plant.yaml": (HEAD + f"    shifts:\n{EARLY}}}\n{late}\n").encode()}, SECTIONS)
    assert report.problems[0].message == "'Late' on tue begins at 13:30, before 'Early' on tue ends"


def test_a_calendar_is_stored_and_read_back_as_it_was_compared(database: Database) -> None:
    section = next(one for one in SECTIONS if one.key == "calendars")
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
