"""Time series databases as Debian packages them, each a process on loopback: InfluxDB 1.6, VictoriaMetrics."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import time
import urllib.parse
from pathlib import Path
from typing import Any

import numpy as np
from stores.asked import Answer
from stores.workload import GOOD, TAGS, Columns

PROGRAMS = Path(__file__).parent / "programs" / "usr" / "bin"
STARTS_WITHIN_S = 30.0
SETTLES_WITHIN_S = 120.0
INFLUX = """reporting-disabled = true
bind-address = "127.0.0.1:{other}"
[meta]
dir = "{folder}/meta"
[data]
dir = "{folder}/data"
wal-dir = "{folder}/wal"
index-version = "inmem"
max-series-per-database = 0
max-values-per-tag = 0
cache-snapshot-write-cold-duration = "5s"
compact-full-write-cold-duration = "5s"
query-log-enabled = false
[http]
bind-address = "127.0.0.1:{port}"
log-enabled = false
max-body-size = 0
max-row-limit = 0
[monitor]
store-enabled = false
"""


def _port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _size(folder: Path) -> int:
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())


class _Server:
    """One process, and a connection to it for the writer."""

    def __init__(self, folder: Path, command: list[str], port: int, ready: str) -> None:
        self._folder = folder
        self._port = port
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment, cwd=folder
        )
        self._http = Http(port)
        until = time.monotonic() + STARTS_WITHIN_S
        while True:
            try:
                self._http.get(ready)
                return
            except OSError:
                if time.monotonic() > until or self._process.poll() is not None:
                    self.close()
                    raise RuntimeError(f"{command[0]} does not answer") from None
                time.sleep(0.1)

    def bytes(self) -> int:
        return _size(self._folder)

    def pids(self) -> list[int]:
        return [self._process.pid]

    def close(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()


class Http:
    """One kept connection."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def get(self, path: str, **words: str) -> Any:
        return self._ask("GET", f"{path}?{urllib.parse.urlencode(words)}" if words else path, None)

    def post(self, path: str, body: bytes) -> Any:
        return self._ask("POST", path, body)

    def _ask(self, method: str, path: str, body: bytes | None) -> Any:
        try:
            self._connection.request(method, path, body)
            answer = self._connection.getresponse()
            data = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise OSError(str(error)) from error
        if answer.status >= 300:
            raise RuntimeError(f"{answer.status}: {data[:300]!r}")
        return json.loads(data) if data[:1] in b"{[" and data else None


def installed(program: str) -> bool:
    """Whether bench/stores/install has brought it."""
    return (PROGRAMS / program).exists()


class Influx(_Server):
    """Line protocol, value and quality as fields, µs; its log of writes is synced with each request."""

    name = "InfluxDB 1.6"
    note = "value and quality; lines are made before the clock runs"

    def __init__(self, folder: Path) -> None:
        port = _port()
        configuration = folder / "influx.toml"
        configuration.write_text(INFLUX.format(folder=folder, port=port, other=_port()), encoding="utf-8")
        super().__init__(folder, [str(PROGRAMS / "influxd"), "-config", str(configuration)], port, "/ping")
        self._http.post("/query?q=create+database+bench", b"")

    def prepare(self, samples: Columns) -> bytes:
        """The lines of a commit: not the store's work."""
        rows = zip(*(column.tolist() for column in samples), strict=True)
        return "\n".join([f"s,t={tag} v={value!r},q={quality}i {ts}" for tag, ts, value, quality in rows]).encode()

    def put(self, samples: bytes) -> None:
        self._http.post("/write?db=bench&precision=u", samples)

    def settle(self) -> None:
        """Its log is emptied, and its files put together, when it was not written to for five seconds."""
        known, until = -1, time.monotonic() + SETTLES_WITHIN_S
        while known != (known := self.bytes()) and time.monotonic() < until:
            time.sleep(8)

    def reader(self) -> _InfluxReader:
        return _InfluxReader(Http(self._port))


class _InfluxReader:
    def __init__(self, http: Http) -> None:
        self._http = http

    def _rows(self, query: str) -> list[list[list[Any]]]:
        (result,) = self._http.get("/query", db="bench", epoch="u", q=query)["results"]
        if "error" in result:
            raise RuntimeError(result["error"])
        return [
            one["values"]
            for one in sorted(result.get("series", []), key=lambda one: int(one.get("tags", {}).get("t", 0)))
        ]

    def last(self, _end_us: int) -> Answer:
        found = self._rows("select last(v) from s group by t")[:TAGS]
        return np.array([rows[0][1] for rows in found], dtype=np.float64)

    def hour(self, tag: int, from_us: int, to_us: int) -> Answer:
        found = self._rows(f"select v from s where t='{tag}' and q={GOOD} and {_within(from_us, to_us)}")
        return np.array([row[1] for row in found[0]], dtype=np.float64)

    def extremes(self, tag: int, from_us: int, to_us: int, width_us: int) -> Answer:
        found = self._rows(
            f"select min(v), max(v) from s where t='{tag}' and q={GOOD} and {_within(from_us, to_us)} "
            f"group by time({width_us}u, {from_us % width_us}u) fill(none)"
        )
        return np.array([row[1] for row in found[0]] + [row[2] for row in found[0]], dtype=np.float64)

    def means(self, tags: int, from_us: int, to_us: int) -> Answer:
        names = "|".join(map(str, range(1, tags + 1)))
        found = self._rows(
            f"select mean(v) from s where t=~/^({names})$/ and q={GOOD} and {_within(from_us, to_us)} group by t"
        )
        return np.array([rows[0][1] for rows in found], dtype=np.float64)

    def weighted(self, tag: int, from_us: int, to_us: int) -> Answer:
        found = self._rows(f"select integral(v) from s where t='{tag}' and q={GOOD} and {_within(from_us, to_us)}")
        return np.array([found[0][0][1] / ((to_us - from_us) / 1e6)])

    def jobs(self, tag: int, spans: list[tuple[int, int]]) -> Answer:
        asked = "; ".join(f"select mean(v) from s where t='{tag}' and q={GOOD} and {_within(*span)}" for span in spans)
        results = self._http.get("/query", db="bench", epoch="u", q=asked)["results"]
        return np.array([one["series"][0]["values"][0][1] for one in results if "series" in one])


def _within(from_us: int, to_us: int) -> str:
    return f"time >= {from_us}u and time < {to_us}u"


class Victoria(_Server):
    """Line protocol, too; times in ms, no quality, flushed each second without a sync."""

    name = "VictoriaMetrics"
    note = "no quality, times in ms, durable a second later; lines are made before the clock runs"

    def __init__(self, folder: Path) -> None:
        port = _port()
        command = [
            str(PROGRAMS / "victoria-metrics"), f"-storageDataPath={folder}/data", f"-httpListenAddr=127.0.0.1:{port}",
            "-retentionPeriod=5y", "-search.latencyOffset=0s", "-search.maxUniqueTimeseries=1000000",
            "-search.disableCache", "-search.maxPointsPerTimeseries=100000",
        ]  # fmt: skip
        super().__init__(folder, command, port, "/health")

    def prepare(self, samples: Columns) -> bytes:
        """The lines of a commit: not the store's work. What is not GOOD has no value and is left out."""
        good = samples.quality == GOOD
        rows = zip(
            samples.tag[good].tolist(), (samples.ts[good] // 1000).tolist(), samples.value[good].tolist(), strict=True
        )
        return "\n".join([f"s,t={tag} v={value!r} {ts}" for tag, ts, value in rows]).encode()

    def put(self, samples: bytes) -> None:
        self._http.post("/write?precision=ms", samples)

    def settle(self) -> None:
        self._http.get("/internal/force_flush")
        self._http.get("/internal/force_merge")

    def reader(self) -> _VictoriaReader:
        return _VictoriaReader(Http(self._port))


class _VictoriaReader:
    """MetricsQL; a window ends with its moment, which is in it."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def _result(self, query: str, at_us: int) -> list[dict[str, Any]]:
        moment = f"{(at_us - 1000) / 1e6:.3f}"
        return self._http.get("/api/v1/query", query=query, time=moment, nocache="1")["data"]["result"]

    def _now(self, query: str, at_us: int) -> list[tuple[int, float]]:
        found = self._result(query, at_us)
        return sorted((int(one["metric"].get("t", 0)), float(one["value"][1])) for one in found)

    def last(self, end_us: int) -> Answer:
        found = self._now("last_over_time(s_v[2h])", end_us)
        return np.array([value for tag, value in found if tag <= TAGS])

    def hour(self, tag: int, from_us: int, to_us: int) -> Answer:
        (one,) = self._result(f's_v{{t="{tag}"}}[{(to_us - from_us) // 1000}ms]', to_us)
        return np.array([float(value) for _, value in one["values"]])

    def extremes(self, tag: int, from_us: int, to_us: int, width_us: int) -> Answer:
        step = width_us // 1000
        start, end = from_us // 1000 + step - 1, to_us // 1000 + step  # a window ends with its moment, which is in it
        parts = []
        for least in ("min", "max"):
            (one,) = self._http.get(
                "/api/v1/query_range", query=f'{least}_over_time(s_v{{t="{tag}"}}[{step}ms])', nocache="1",
                start=f"{start / 1e3:.3f}", end=f"{end / 1e3:.3f}", step=f"{step}ms",
            )["data"]["result"]  # fmt: skip
            parts += [float(value) for _, value in one["values"]]
        return np.array(parts)

    def means(self, tags: int, from_us: int, to_us: int) -> Answer:
        names = "|".join(map(str, range(1, tags + 1)))
        found = self._now(f'avg_over_time(s_v{{t=~"{names}"}}[{(to_us - from_us) // 1000}ms])', to_us)
        return np.array([value for _, value in found])

    def weighted(self, tag: int, from_us: int, to_us: int) -> Answer:
        length_ms = (to_us - from_us) // 1000
        ((_, value),) = self._now(f'integrate(s_v{{t="{tag}"}}[{length_ms}ms])', to_us)
        return np.array([value / (length_ms / 1e3)])

    def jobs(self, tag: int, spans: list[tuple[int, int]]) -> Answer:
        found = [self._now(f'avg_over_time(s_v{{t="{tag}"}}[{(to - since) // 1000}ms])', to) for since, to in spans]
        return np.array([one[0][1] for one in found if one])
