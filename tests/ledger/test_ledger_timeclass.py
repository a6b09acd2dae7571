"""What a work unit did, and the time it counts as: the table of STANDARDS §1, row by row, and each named setting."""

from __future__ import annotations

import pytest

from dovetail.core.clock import MINUTE_US
from dovetail.ledger.timeclass import Classified, Settings, Situation, classify

ISO = Settings()


@pytest.mark.parametrize(
    ("state", "mode", "category", "has_job", "expected"),
    [
        # state       mode           category   job    class      row of the table
        ("NO_DATA",   "",            None,      True,  "NODT"),  # 1 a cut cable is neither idle nor stopped
        ("UNKNOWN",   "Production",  None,      True,  "NODT"),  # 1 a value that nobody has mapped
        ("NO_DATA",   "Setup",       "setup",   True,  "NODT"),  # 1 before 2
        ("Execute",   "Setup",       None,      True,  "AUST"),  # 2 a trial run in set-up is no production
        ("CHANGEOVER", "Production", None,      True,  "AUST"),  # 2
        ("Stopped",   "Production",  "setup",   False, "AUST"),  # 2
        ("Execute",   "Production",  None,      False, "APT"),   # 3 a job is not needed
        ("RUN",       "",            None,      False, "APT"),   # 3 a run found by a rule
        ("Execute",   "Production",  "failure", True,  "APT"),   # 3 before 4: it runs, whatever the last fault was
        ("Execute",   "Manual",      None,      True,  "ADET"),  # 5 by hand it is no production
        ("Aborted",   "Production",  None,      False, "ADET"),  # 4 a fault without a job is a delay all the same
        ("Stopped",   "Production",  "failure", False, "ADET"),  # 4
        ("Held",      "Production",  None,      True,  "ADET"),  # 5
        ("Suspended", "Production",  None,      True,  "ADET"),  # 5
        ("STARVED",   "",            None,      True,  "ADET"),  # 5 external, and still a delay
        ("Idle",      "Production",  None,      False, "ADOT"),  # 6
        ("Complete",  "Production",  None,      False, "ADOT"),  # 6
        ("Stopped",   "Production",  "other",   False, "ADOT"),  # 6
    ],
)  # fmt: skip
def test_inside_planned_busy_time_the_first_row_that_matches_decides(
    state: str, mode: str, category: str | None, has_job: bool, expected: str
) -> None:
    assert classify(Situation("BUSY", state, mode, category, has_job), ISO) == Classified("BUSY", expected)


@pytest.mark.parametrize(
    ("plan", "state", "category", "settings", "expected"),
    [
        ("BUSY", "Stopped", "planned", ISO, Classified("PLANNED_DOWN", "PLANNED_DOWN")),
        ("PLANNED_DOWN", "Idle", None, ISO, Classified("PLANNED_DOWN", "PLANNED_DOWN")),
        ("NOT_PLANNED", "NO_DATA", None, ISO, Classified("NOT_PLANNED", "NOT_PLANNED")),
        ("NOT_PLANNED", "Execute", None, ISO, Classified("BUSY", "APT", True)),
        ("PLANNED_DOWN", "RUN", None, ISO, Classified("BUSY", "APT", True)),
        (
            "NOT_PLANNED", "Execute", None, Settings(unplanned_run="apart"),
            Classified("NOT_PLANNED", "NOT_PLANNED", True),
        ),
        ("BUSY", "Idle", None, Settings(pbt="calendar_and_job"), Classified("NOT_PLANNED", "NOT_PLANNED")),
    ],
)  # fmt: skip
def test_the_plan_comes_first(
    plan: str, state: str, category: str | None, settings: Settings, expected: Classified
) -> None:
    seen = Situation(plan, state, "Production", category, has_job=False)  # type: ignore[arg-type]
    assert classify(seen, settings) == expected


@pytest.mark.parametrize(
    ("micro_stop", "length_min", "expected"),
    [
        ("delay", 1, "ADET"),  # ISO: a minor stop is a delay
        ("speed", 1, "APT"),  # classic: it slows the run
        ("speed", 2, "APT"),  # the threshold itself is still short
        ("speed", 3, "ADET"),
        ("speed", None, "ADET"),  # it has not ended: nobody knows yet that it was short
    ],
)
def test_a_short_stop_is_a_delay_or_slows_the_run(micro_stop: str, length_min: int | None, expected: str) -> None:
    settings = Settings(micro_stop=micro_stop)  # type: ignore[arg-type]
    stop_us = length_min and length_min * MINUTE_US
    seen = Situation("BUSY", "Held", "Production", None, has_job=True, stop_us=stop_us)
    assert classify(seen, settings).cls == expected
