"""A plant's own KPIs, in a package that is really installed: computed, listed and explained; a broken one is named."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__)
MANUAL = (HERE.parents[2] / "docs/how-to/own-kpi.md").read_text(encoding="utf-8")
BROKEN = """
from dataclasses import replace
from my_kpis import PLUGIN as GOOD

FAILS = replace(GOOD, id="fails", compute=lambda time, count: count.gq / 0)
ENDLESS = replace(GOOD, id="endless", compute=lambda time, count: float("inf"))
STRANGE = replace(GOOD, id="strange", inputs=("luck",))
RENAMED = replace(GOOD, id="another")
NOTHING = "not a Kpi"
"""
OFFERED = """fails = my_broken:FAILS
endless = my_broken:ENDLESS
strange = my_broken:STRANGE
renamed = my_broken:RENAMED
nothing = my_broken:NOTHING
missing = not_installed:PLUGIN
"""
ASKS = """
import json, sys
from pathlib import Path
from performance_world import FILLER, World, counted, minutes, state
from asking import client_of
from dovetail.core.bus import Bus
from dovetail.core.clock import MINUTE_US, to_rfc3339
from dovetail.core.scope import system_scope
from dovetail.db.uow import Database
from dovetail.explain import api as explain_api
from dovetail.explain.service import Explainer
from dovetail.operations.http import Api
from dovetail.performance.api import routes
from dovetail.performance.service import PerformanceRoom
from dovetail.testing.clock import ManualClock

at = lambda minute: minutes(minute, None)[0]
clock = ManualClock()
database = Database(f"sqlite:///{Path(sys.argv[1]) / 'records.db'}", clock=clock, bus=Bus())
database.create_for_tests()
world = World(database)
room = PerformanceRoom(database, clock=clock, bus=Bus(), sources=world.sources())
clock.step(at(90) - clock.now_us())
records = [state(FILLER, at(0), at(60), "Execute"), state(FILLER, at(60), None, "Held")]
world.say(FILLER, records=records, counts=[counted(FILLER, at(0), at(60), "good", 1200)], moved=(at(0), None))
while room.step():
    pass
api = Api(database)
routes(api, room)
explain_api.routes(api, Explainer(room, world, world))
client = client_of(system_scope("test"), api)
when = {"start": to_rfc3339(at(0)), "end": to_rfc3339(at(60))}
prefix = next(route.path.split("/kpis")[0] for route in api.router.routes if route.path.endswith("/kpis"))
prefix = prefix.split("/equipment")[0]
print(json.dumps({
    "listed": client.get(f"{prefix}/kpis").json()["items"],
    "figures": client.get(f"{prefix}/equipment/{FILLER}/kpis", params=when).json()["kpis"],
    "explained": client.get(f"{prefix}/kpis/good_rate/explain", params={"equipment_id": FILLER, **when}).json(),
}))
database.close()
"""


def wheel(folder: Path, name: str, code: str, points: str) -> Path:
    """A wheel as a build tool makes it: the module and what it says of itself."""
    path = folder / f"{name}-1.0-py3-none-any.whl"
    about = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}.py", code)
        archive.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: 1.0\n")
        archive.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{about}/entry_points.txt", f"[dovetail.performance.kpis]\n{points}")
        archive.writestr(f"{about}/RECORD", "")
    return path


def block(language: str) -> str:
    """The one piece of code of a language that the manual shows."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", MANUAL, re.DOTALL)
    return found


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What a Dovetail says beside which the manual's own package and a broken one are installed."""
    folder = tmp_path_factory.mktemp("own-kpi")
    points = block("toml").partition("\n")[2].replace('"', "")
    site = folder / "site-packages"
    for path in (wheel(folder, "my_kpis", block("python"), points), wheel(folder, "my_broken", BROKEN, OFFERED)):
        zipfile.ZipFile(path).extractall(site)  # what installing a wheel of one module comes to
    paths = [str(site), str(HERE.parent), str(HERE.parents[1])]
    asked = subprocess.run(
        [sys.executable, "-c", ASKS, str(folder)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert asked.returncode == 0, asked.stderr
    return json.loads(asked.stdout)


def test_the_manuals_kpi_is_listed_computed_and_explained(answers: dict[str, Any]) -> None:
    listed = {kpi["id"]: kpi for kpi in answers["listed"]}
    figures = {kpi["id"]: kpi for kpi in answers["figures"]}
    assert (listed["good_rate"]["name"], listed["good_rate"]["problem"]) == ("Good pieces per hour", None)
    assert figures["good_rate"]["value"] == 1200
    assert answers["explained"]["value"] == 1200
    below = {node["label"]: node["value"] for node in answers["explained"]["children"]}
    assert {"Elapsed time": 3_600_000_000}.items() <= below.items()


@pytest.mark.parametrize(
    "name, why",
    [
        ("strange", "asks for luck, which the ledger does not have"),
        ("renamed", "renamed has the id another"),
        ("nothing", "nothing is no Kpi"),
        ("missing", "No module named 'not_installed'"),
    ],
)
def test_what_cannot_be_used_is_named_in_the_list(answers: dict[str, Any], name: str, why: str) -> None:
    listed = {kpi["id"]: kpi for kpi in answers["listed"]}
    assert why in str(listed[name]["problem"])
    assert name not in {kpi["id"] for kpi in answers["figures"]}


@pytest.mark.parametrize("name, why", [("fails", "ZeroDivisionError"), ("endless", "inf is no figure")])
def test_a_formula_that_fails_is_named_and_the_others_go_on(answers: dict[str, Any], name: str, why: str) -> None:
    figures = {kpi["id"]: kpi for kpi in answers["figures"]}
    assert figures[name]["value"] is None
    assert why in str(figures[name]["problem"])
    assert figures["availability"]["value"] == 1.0
