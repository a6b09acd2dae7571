"""The client against a server in a thread of its own: what a notebook gets, and what it is told when it may not."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
import uvicorn
from typer.testing import CliRunner

from dovetail.app.bootstrap import House, open_house
from dovetail.cli.main import app
from dovetail.client import Client, ProblemError
from dovetail.client.tables import dropped_of
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.clock import DAY_US, SECOND_US
from dovetail.core.scope import system_scope
from dovetail.corrections.asked import AmendSamples, UndoCorrection
from dovetail.gone.model import Drop, Stretch
from dovetail.operations.operation import execute
from dovetail.ownership.settings import Settings
from dovetail.production.operations import StartJob
from dovetail.security.people import AddPerson
from dovetail.security.tokens import CreateToken
from dovetail.testing.clock import DAY_ZERO_US

PLANT = """\
plant: {format: 1, name: Test}
equipment:
  acme: {level: Enterprise, timezone: Europe/Prague}
  acme/press:
    level: WorkUnit
    tags:
      speed: {unit: mm}
      hot: {kind: bool}
      note: {kind: str}
products:
  lid: {unit: "1"}
"""
START, END = "2026-01-05T06:00:00Z", datetime.fromisoformat("2026-01-05T09:00:00+01:00")
SAMPLES = 1_200  # more than a page, as the test makes them
CLI = system_scope("cli:test")


@dataclass(frozen=True)
class Site:
    """A server that listens, and the token of somebody who sees the plant."""

    url: str
    token: str
    house: House


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("client")
    (folder / "plant.yaml").write_text(PLANT)
    done = CliRunner().invoke(app, ["apply", str(folder), "--yes", "--data", str(folder / "data")])
    assert done.exit_code == 0, done.output
    with open_house(Settings(data=folder / "data")) as house:
        tags = {tag.property: tag.id for tag in house.rooms.equipment.plant().tags.values()}
        speeds = [(tags["speed"], DAY_ZERO_US + n * SECOND_US, n / 4, 0xC0) for n in range(SAMPLES)]
        notes = Batch.of(Kind.STR, [(tags["note"], DAY_ZERO_US, "red", 0x40)])
        house.rooms.historian.put([Frame("test", Lane.IMPORT, 1, 1, (Batch.of(Kind.F64, speeds), notes))])
        token = token_of(house)
        with serving(house) as port:
            yield Site(f"http://127.0.0.1:{port}", token, house)


def token_of(house: House) -> str:
    given = AddPerson(login="ada", name="Ada", role="administrator")
    execute(house.security.people.add, given, database=house.database, scope=CLI)
    wanted = CreateToken(login="ada", name="notebook", days=1)
    return execute(house.security.tokens.create, wanted, database=house.database, scope=CLI).output.token


class serving:
    """The installation on a port of loopback, for as long as the block lasts."""

    def __init__(self, house: House) -> None:
        config = uvicorn.Config(house.gated, host="127.0.0.1", port=0, loop="asyncio", lifespan="off", log_config=None)
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run)

    def __enter__(self) -> int:
        self.thread.start()
        deadline = time.monotonic() + 60
        while not self.server.started and time.monotonic() < deadline:
            time.sleep(0.01)
        return self.server.servers[0].sockets[0].getsockname()[1]

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.thread.join(30)


@pytest.fixture
def client(site: Site) -> Iterator[Client]:
    with Client(site.url, site.token) as opened:
        yield opened


def test_samples_of_one_tag_are_a_table_with_its_value(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dovetail.signals.samples_api.RAW_SAMPLES_MAX", 500)
    answer = client.samples("acme/press.speed", START, END)
    assert [page.num_rows for page in answer] == [500, 500, 200]
    table = answer.to_polars()
    assert table.columns == ["tag", "path", "unit", "ts", "value", "quality", "ts_device", "native"]
    assert table["value"].to_list() == [n / 4 for n in range(SAMPLES)]
    assert table["ts"].dt.epoch("us").to_list() == [DAY_ZERO_US + n * SECOND_US for n in range(SAMPLES)]
    assert table.select("path", "unit").unique().rows() == [("acme/press.speed", "mm")]


def test_samples_of_several_kinds_have_a_column_for_each(client: Client) -> None:
    table = client.samples(["acme/press.note", "acme/press.hot", "acme/press.speed"], START, END).to_polars()
    assert table.height == SAMPLES + 1
    assert table["value_str"].drop_nulls().to_list() == ["red"]
    assert table["value_bool"].dtype == pl.Boolean
    assert table["value_f64"].null_count() == 1


def test_a_period_without_samples_is_a_table_without_rows(client: Client) -> None:
    assert client.samples("acme/press.hot", START, END).to_arrow().num_rows == 0


def test_a_time_of_which_samples_went_is_told_beside_the_rows(client: Client, site: Site) -> None:
    """By the answer and by each table; a table without rows must not look as if all was quiet."""
    hot = next(tag.id for tag in site.house.rooms.equipment.plant().tags.values() if tag.property == "hot")
    begun, ended = DAY_ZERO_US - 40 * DAY_US, DAY_ZERO_US - 30 * DAY_US
    went = Drop(1, "drop", "acme", 670, ended, None, 9, 90, (Stretch(hot, begun, ended, 9),), DAY_ZERO_US, "a rule", 1)
    site.house.rooms.retention.gone.take([went])
    answer = client.samples(["acme/press.hot", "acme/press.speed"], "2025-11-01T00:00:00Z", START)
    wanted = [(hot, "drop", "acme", 9, "2025-11-26T06:00:00.000000Z")]
    tables = [answer.dropped, dropped_of(answer.to_arrow()), *map(dropped_of, answer)]
    found = [[(one["tag"], one["act"], one["rule"], one["samples"], one["start"]) for one in each] for each in tables]
    assert found == [wanted] * 3
    assert answer.to_arrow().num_rows == 0
    assert client.series("acme/press.speed", "2025-11-01T00:00:00Z", START).dropped == []


def test_a_trend_has_a_row_for_each_bucket(client: Client) -> None:
    table = client.series("acme/press.speed", START, "2026-01-05T06:20:00Z", px=20).to_polars()
    assert table["n"].to_list() == [60] * 20
    assert table["min"].to_list() == [15.0 * n for n in range(20)]
    assert set(table["path"]) == {"acme/press.speed"}


def test_what_tags_came_to_interval_by_interval(client: Client) -> None:
    span = (START, "2026-01-05T06:20:00Z")
    answer = client.aggregates("acme/press.speed", *span, of=["Minimum", "Count"], every=timedelta(minutes=10))
    table = answer.to_polars()
    assert table.select("path", "aggregate", "value", "unit").rows() == [
        ("acme/press.speed", "Minimum", 0.0, "mm"), ("acme/press.speed", "Count", 600.0, None),
        ("acme/press.speed", "Minimum", 150.0, "mm"), ("acme/press.speed", "Count", 600.0, None),
    ]  # fmt: skip
    both = client.aggregates(["acme/press.speed", "acme/press.note"], *span, of="Count").to_polars()
    assert both.select("path", "value").rows() == [
        ("acme/press.speed", 1_200.0),
        ("acme/press.note", None),
    ]  # uncertain is bad
    assert table["start"].dt.epoch("us").unique().sort().to_list() == [DAY_ZERO_US, DAY_ZERO_US + 600 * SECOND_US]
    assert client.aggregates("acme/press.speed", START, END, of="Maximum").to_arrow().num_rows == 1
    with pytest.raises(TypeError, match="interpolation"):
        client.aggregates("acme/press.speed", START, END, slope="steep")


def test_what_tags_came_to_job_by_job(client: Client, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    press, jobs = client.equipment_id("acme/press"), site.house.rooms.production.jobs
    now = datetime.now().astimezone()
    ran = [(now - timedelta(minutes=30), now - timedelta(minutes=20)), (now - timedelta(minutes=10), None)]
    for n, (begun, ended) in enumerate(ran):
        given = StartJob(
            equipment_id=press, product="lid", job_order=f"PO-{n}", started_at=begun.isoformat(),
            ended_at=ended and ended.isoformat(),
        )  # fmt: skip
        execute(jobs.start, given, database=site.house.database, scope=CLI)
    monkeypatch.setattr("dovetail.recaps.api.OCCASIONS_MAX", 1)
    span = (now - timedelta(hours=1), now + timedelta(hours=1))
    answer = client.intervals("acme/press.speed", *span, over="jobs", equipment="acme/press", of=["Count", "Start"])
    assert [page.num_rows for page in answer] == [2, 2]
    table = answer.to_polars()
    assert table["job_order"].to_list() == ["PO-0", "PO-0", "PO-1", "PO-1"]
    assert table["ended"].is_null().to_list() == [False, False, True, True]
    assert client.intervals("acme/press.speed", *span, over="stops", equipment=press).to_arrow().num_rows == 0


def test_what_was_newest_at_a_moment(client: Client) -> None:
    found = client.last(["acme/press.speed", "acme/press.hot"], at="2026-01-05T06:00:10Z")
    assert [(one["value"], one["ts"]) for one in found.values()] == [(2.5, "2026-01-05T06:00:10.000000Z")]
    assert [one["value"] for one in client.last("acme/press.note").values()] == ["red"]


def test_what_was_known_before_a_correction_is_found_again(site: Site, client: Client) -> None:
    rooms, tag, when = site.house.rooms, "acme/press.speed", "2026-01-05T06:00:10Z"
    with site.house.database.read() as reading:
        before = reading.known_now()
    plant = rooms.equipment.plant()
    given = AmendSamples(tag_id=plant.tag_by_path(tag).id, start=when, end="2026-01-05T06:00:11Z", value=99.0)
    made = execute(rooms.corrections.operations.amend, given, database=site.house.database, scope=CLI, reason="read")
    span = (when, "2026-01-05T06:00:11Z")
    for as_of, value in ((None, 99.0), (before + 1, 99.0), (before, 2.5), (0, 2.5)):
        assert client.samples(tag, *span, as_of=as_of).to_polars()["value"].to_list() == [value]
        assert client.series(tag, *span, px=1, as_of=as_of).to_polars()["max"].to_list() == [value]
        assert [one["value"] for one in client.last(tag, at=when, as_of=as_of).values()] == [value]
        assert [one["mean"] for one in client.statistics(tag, *span, as_of=as_of).values()] == [value]
    taken = UndoCorrection(correction_id=made.output.id)
    execute(rooms.corrections.operations.undo, taken, database=site.house.database, scope=CLI, reason="it was right")
    assert [one["value"] for one in client.last(tag, at=when).values()] == [2.5]


def test_figures_and_lists_of_the_api(client: Client) -> None:
    assert [one["path"] for one in client.items("/equipment")] == ["acme", "acme/press"]
    with pytest.raises(LookupError):
        client.kpis("acme/nowhere", START, END)
    found = client.kpis("acme/press", START, END)
    assert (found["start"], found["end"]) == ("2026-01-05T06:00:00.000000Z", "2026-01-05T08:00:00.000000Z")


@pytest.mark.parametrize(
    "tags, start, status, code",
    [
        ("acme/press.sped", START, 404, "not-found"),
        ("acme/press.speed", "yesterday", 422, "time-format"),
        ("acme/press.speed", "2027-01-05T06:00:00Z", 422, "period"),
    ],
)
def test_a_refusal_comes_in_the_servers_words(client: Client, tags: str, start: str, status: int, code: str) -> None:
    with pytest.raises(ProblemError) as refused:
        client.samples(tags, start, END).to_arrow()
    assert (refused.value.status, refused.value.code) == (status, code)
    assert refused.value.detail


def test_a_wrong_token_is_refused(site: Site) -> None:
    with Client(site.url, "dt_x_y") as stranger, pytest.raises(ProblemError) as refused:
        stranger.last("acme/press.speed")
    assert refused.value.status == 401


@pytest.mark.parametrize("url", ["http://plant.example", "http://10.0.0.5:8700"])
def test_a_token_is_not_sent_in_the_clear(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        Client(url, "dt_x_y")


def test_a_time_without_a_zone_has_no_meaning(client: Client) -> None:
    with pytest.raises(ValueError, match="time zone"):
        client.samples("acme/press.speed", datetime(2026, 1, 5), END)


def test_it_loads_nothing_of_the_server() -> None:
    show = "import sys, dovetail.client; print(*(n for n in sys.modules if n.startswith(('dovetail', 'fast', 'sqla'))))"
    done = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True)
    ours = {"dovetail", "dovetail.client", "dovetail.client.asking", "dovetail.client.tables"}
    assert set(done.stdout.split()) == ours
