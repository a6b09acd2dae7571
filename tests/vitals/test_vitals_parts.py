"""The reserve for a full disk, the heartbeat, the service manager and the metrics, each on its own."""

from __future__ import annotations

import dataclasses
import logging
import re
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
from test_vitals_doctor import LINK, WELL

from dovetail.core.limits import BALLAST_BYTES, DISK_FULL_BYTES, HTTP_SERIES_MAX, METRIC_LINKS_MAX
from dovetail.vitals import ballast, metrics, servicemanager
from dovetail.vitals.ballast import Ballast
from dovetail.vitals.facts import Live
from dovetail.vitals.heartbeat import BLOCKED_S, Heartbeat, judge
from dovetail.vitals.metrics import HttpMeter
from dovetail.web.observe import Seen

ROOT = Path(__file__).parents[2]
PLENTY = 10**12


# --- the reserve ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("free", "is_there", "act"),
    [
        (PLENTY, False, "make"),
        (PLENTY, True, "leave"),
        (DISK_FULL_BYTES - 1, True, "let go"),
        (DISK_FULL_BYTES, True, "leave"),
        (0, False, "leave"),
        (BALLAST_BYTES + DISK_FULL_BYTES, False, "leave"),  # just let go: not to and fro
    ],
)
def test_when_the_reserve_is_made_and_let_go(free: int, is_there: bool, act: str) -> None:
    assert ballast.decide(free=free, is_there=is_there, size=BALLAST_BYTES) == act


def test_a_full_disk_gets_its_reserve_back_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    free = [PLENTY]
    reserve = Ballast(tmp_path, size=3 << 20, free=lambda _data: free[0])
    assert reserve.step() == 0
    taken = (tmp_path / "ballast").stat()
    assert taken.st_size == 3 << 20
    assert taken.st_blocks * 512 >= taken.st_size, "a hole would be no reserve"
    free[0] = 1_000
    reserve.step()
    reserve.step()
    assert not reserve.is_there
    free[0] = PLENTY
    reserve.step()
    assert reserve.is_there
    said = [(record.levelname, record.message.partition(" of ")[0]) for record in caplog.records]
    assert (
        said == [("ERROR", "the disk")] * 2 + [("WARNING", "the disk")] * 2
    )  # reserve let go, samples refused; and back


# --- the heartbeat --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("beat_age_s", "late_s", "verdict"),
    [(0.5, 0.0, "well"), (BLOCKED_S, 0.1, "blocked"), (30.0, 29.5, "suspended"), (0.5, 29.5, "suspended")],
)
def test_what_an_old_beat_means(beat_age_s: float, late_s: float, verdict: str) -> None:
    assert judge(beat_age_s=beat_age_s, own_lateness_s=late_s) == verdict


async def test_a_blocked_loop_is_said_once_with_its_place_and_once_when_it_moves(
    caplog: pytest.LogCaptureFixture,
) -> None:
    at_s = [100.0]
    beats: list[float] = []
    heart = Heartbeat(on_beat=lambda: beats.append(at_s[0]), monotonic=lambda: at_s[0])
    heart.start()
    heart.stop()  # only its thread: the test looks itself
    heart._beat_s = 100.0
    with caplog.at_level(logging.INFO):
        assert [heart.look(100.0 + s, own_lateness_s=0.0) for s in (0.5, 2.5, 5.0)] == ["well", "blocked", "blocked"]
        heart._beat_s = 105.2
        assert heart.look(105.5, own_lateness_s=0.0) == "well"
        assert heart.look(140.0, own_lateness_s=34.0) == "suspended"
        assert heart.look(140.5, own_lateness_s=0.0) == "well", "after a stand-still the loop gets its time"
    assert (heart.blocked, heart.suspended) == (1, 1)
    said = [record.getMessage().partition(";")[0] for record in caplog.records]
    assert said[0] == "the event loop has not moved for 2.5 s"
    assert "test_vitals_parts.py" in caplog.records[0].getMessage(), "where it hangs"
    assert said[1] == "the event loop moves again"
    assert said[2].startswith("the whole process stood still for 34 s")


# --- the service manager --------------------------------------------------------------------------------------


def test_a_service_manager_hears_that_we_are_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(servicemanager.SOCKET, raising=False)
    assert not servicemanager.notify("READY=1")
    for address in (str(tmp_path / "notify"), f"@dovetail-test-{tmp_path.name}"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(address.replace("@", "\0", 1))
            monkeypatch.setenv(servicemanager.SOCKET, address)
            assert servicemanager.notify("READY=1", "STATUS=Serving")
            assert manager.recv(100) == b"READY=1\nSTATUS=Serving"
    monkeypatch.setenv(servicemanager.SOCKET, str(tmp_path / "gone"))
    assert not servicemanager.notify("READY=1"), "a manager that went away stops nobody"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed here")
def test_systemd_understands_its_units(tmp_path: Path) -> None:
    units = [Path(shutil.copy(unit, tmp_path)) for unit in sorted((ROOT / "deploy" / "systemd").iterdir())]
    for unit in units:  # the programs are not installed where this test runs
        text = unit.read_text().replace("/opt/dovetail/bin/dovetail", "/bin/true")
        unit.write_text(text.replace("/usr/local/bin/nats-server", "/bin/true"))
    command = ["systemd-analyze", "verify", "--man=no", *map(str, units)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


# --- metrics --------------------------------------------------------------------------------------------------

LINE = re.compile(r'^[a-z_]+(\{[a-z_]+="(\\.|[^"\\\n])*"(,[a-z_]+="(\\.|[^"\\\n])*")*\})? -?[0-9.e+-]+$')


def rendered(live: Live | None = None, meter: HttpMeter | None = None) -> list[str]:
    facts = WELL if live is None else dataclasses.replace(WELL, live=live)
    return metrics.render(metrics.families(facts, meter or HttpMeter())).splitlines()


def test_every_line_is_as_a_monitoring_system_reads_it() -> None:
    meter = HttpMeter()
    meter.seen(Seen("GET", "/api/v1/health", 200, 0.01))
    lines = rendered(meter=meter)
    for line in lines:
        assert line.startswith("# ") or LINE.match(line), line
    families = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(families) == len(set(families)) > 30
    assert 'dovetail_connection_up{connection="plc"} 1' in lines
    assert 'dovetail_consumer_lag_rows{consumer="states"} 20' in lines
    labels = 'method="GET",route="/api/v1/health",status="2xx"'
    assert f'dovetail_http_request_seconds_bucket{{{labels},le="0.005"}} 0' in lines
    assert f'dovetail_http_request_seconds_bucket{{{labels},le="0.02"}} 1' in lines
    assert f'dovetail_http_request_seconds_bucket{{{labels},le="+Inf"}} 1' in lines
    assert f"dovetail_http_request_seconds_count{{{labels}}} 1" in lines


def test_nobody_can_make_the_metrics_grow_without_end() -> None:
    meter = HttpMeter()
    for number in range(HTTP_SERIES_MAX + 500):
        meter.seen(Seen("GET", f"/api/v1/{number}", 200, 0.01))
        meter.seen(Seen(f"VERB{number}", "other", 405, 0.01))
    counted = [line for line in rendered(meter=meter) if "_count{" in line]
    assert len(counted) <= HTTP_SERIES_MAX + 5
    assert sum(int(line.rsplit(" ", 1)[1]) for line in counted) == 2 * (HTTP_SERIES_MAX + 500)
    many = tuple(dataclasses.replace(LINK, name=f"plc{n}") for n in range(METRIC_LINKS_MAX + 100))
    up = [line for line in rendered(Live(links=many)) if line.startswith("dovetail_connection_up{")]
    assert len(up) == METRIC_LINKS_MAX


def test_a_name_cannot_break_out_of_its_label() -> None:
    odd = dataclasses.replace(LINK, name='a"} 1\nevil{x="\\')
    lines = rendered(Live(links=(odd,)))
    assert not [line for line in lines if line.startswith("evil")]
    assert r'dovetail_connection_up{connection="a\"} 1\nevil{x=\"\\"} 1' in lines
