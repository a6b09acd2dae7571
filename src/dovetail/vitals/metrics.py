"""The installation in numbers for a monitoring system, in Prometheus' text form (exposition format 0.0.4).

Labels are bounded: routes are patterns, connections are those of the plant up to a limit. A plant that grows must
not drown whoever watches it.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from dovetail import __version__
from dovetail.core.clock import SECOND_US
from dovetail.core.limits import HTTP_SERIES_MAX, METRIC_LINKS_MAX
from dovetail.edge.model import LinkStatus
from dovetail.fleet.model import Transported
from dovetail.forwarding.model import Forwarded
from dovetail.vitals.facts import Facts, Live
from dovetail.web.observe import Seen

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS_S: Final = (0.005, 0.02, 0.1, 0.5, 1.0, 5.0)
PREFIX: Final = "dovetail_"
KNOWN_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
METHOD_OF_OTHERS: Final = "other"  # a request may bear any word as its method

type Kind = Literal["counter", "gauge", "histogram"]
type Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Family:
    """One metric: its samples are (suffix, labels, value)."""

    name: str
    kind: Kind
    help: str
    samples: tuple[tuple[str, Labels, float], ...]


@dataclass(slots=True)
class _Series:
    counts: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS_S) + 1))
    took_s: float = 0.0


class HttpMeter:
    """Counts requests by method, route and class of status; any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._series: dict[tuple[str, str, str], _Series] = {}

    def seen(self, request: Seen) -> None:
        """One request was answered."""
        method = request.method if request.method in KNOWN_METHODS else METHOD_OF_OTHERS
        key = (method, request.route, f"{request.status // 100}xx")
        with self._lock:
            if key not in self._series and len(self._series) >= HTTP_SERIES_MAX:
                key = (METHOD_OF_OTHERS, METHOD_OF_OTHERS, key[2])
            series = self._series.setdefault(key, _Series())
            place = next((i for i, upto in enumerate(BUCKETS_S) if request.took_s <= upto), len(BUCKETS_S))
            series.counts[place] += 1
            series.took_s += request.took_s

    def family(self) -> Family:
        """As a histogram."""
        samples: list[tuple[str, Labels, float]] = []
        with self._lock:
            for (method, route, status), series in sorted(self._series.items()):
                labels = {"method": method, "route": route, "status": status}
                upto = 0
                for bound, count in zip((*BUCKETS_S, None), series.counts, strict=True):
                    upto += count
                    samples.append(("_bucket", {**labels, "le": "+Inf" if bound is None else str(bound)}, upto))
                samples += [("_sum", labels, series.took_s), ("_count", labels, upto)]
        return Family("http_request_seconds", "histogram", "How long requests took", tuple(samples))


def render(families: Iterator[Family]) -> str:
    """As text."""
    lines: list[str] = []
    for family in families:
        name = PREFIX + family.name
        lines += [f"# HELP {name} {family.help}", f"# TYPE {name} {family.kind}"]
        lines += [f"{name}{suffix}{_labels(labels)} {_number(value)}" for suffix, labels, value in family.samples]
    return "\n".join(lines) + "\n"


def _labels(labels: Labels) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _one(name: str, kind: Kind, help_text: str, value: float | None) -> Family:
    return Family(name, kind, help_text, () if value is None else (("", {}, value),))


def _by(name: str, kind: Kind, help_text: str, label: str, values: Mapping[str, float]) -> Family:
    return Family(name, kind, help_text, tuple(("", {label: key}, value) for key, value in sorted(values.items())))


# --- what is shown --------------------------------------------------------------------------------------------


def families(facts: Facts, meter: HttpMeter) -> Iterator[Family]:
    """Everything, from one look."""
    yield Family("build_info", "gauge", "The version that runs", (("", {"version": __version__}, 1),))
    yield from _process()
    yield from _disk(facts)
    yield from _stores(facts)
    if facts.live is not None:
        yield from _server(facts.live)
        yield from _links(facts.live.links[:METRIC_LINKS_MAX])
        yield from _copies(facts.live.copies, facts.at_us)
        yield from _posts(facts.live.posts)
        yield from _since(facts.live.links[:METRIC_LINKS_MAX], facts.at_us)
        if facts.live.between is not None:
            yield from _transport(facts.live.between)
    yield meter.family()


def _process() -> Iterator[Family]:
    took = os.times()
    yield _one("process_cpu_seconds_total", "counter", "Processor time used", took.user + took.system)
    yield _one("process_resident_bytes", "gauge", "Memory in use", _resident_bytes())
    yield _one("process_threads", "gauge", "Threads", threading.active_count())
    files = Path("/proc/self/fd")
    yield _one("process_open_files", "gauge", "Open files", len(list(files.iterdir())) if files.exists() else None)
    yield _one("time_seconds", "gauge", "The server's clock", time.time())


def _resident_bytes() -> int | None:
    statm = Path("/proc/self/statm")
    if not statm.exists():
        return None
    return int(statm.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _disk(facts: Facts) -> Iterator[Family]:
    yield _one("disk_free_bytes", "gauge", "Free on the data folder's disk", facts.disk.free)
    yield _one("disk_fsync_seconds", "gauge", "How long a write takes to be safe", facts.disk.fsync_ms / 1000)
    yield _one("ballast_present", "gauge", "1 while the reserve for a full disk is kept", int(facts.disk.ballast > 0))
    age_us = None if facts.backup_us is None else facts.at_us - facts.backup_us
    yield _one("backup_age_seconds", "gauge", "Age of the last backup", None if age_us is None else age_us / SECOND_US)
    proven_s = None if facts.proof is None else (facts.at_us - facts.proof.at_us) / SECOND_US
    yield _one("backup_proof_age_seconds", "gauge", "Since a backup was last restored and compared", proven_s)


def _stores(facts: Facts) -> Iterator[Family]:
    found, samples = facts.records, facts.samples
    yield _one("records_up", "gauge", "1 while the records can be read", int(found.fault is None))
    yield _by("store_bytes", "gauge", "Size on disk", "store", {"records": found.bytes, "historian": samples.bytes})
    yield _one("audit_rows", "gauge", "Rows of the audit", found.audit_rows)
    yield _one("records_known", "counter", "Committed changes of the records", found.known)
    yield _one("ledger_waiting_events", "gauge", "Changes that the ledger has still to settle", found.events_waiting)
    yield _one("head_rows_total", "counter", "Frames ever accepted", samples.last)
    yield _one("head_rows", "gauge", "Frames kept in the head", samples.last - samples.released)
    yield _one("head_unsealed_rows", "gauge", "Frames that wait for the sealer", samples.last - samples.sealed)
    yield _one("samples_damaged", "gauge", "Samples that cannot be read and are set aside", samples.damaged)
    yield _one("head_rows_lost", "gauge", "Frames that were accepted, and are gone", samples.lost)
    lags = {name: samples.last - at for name, at in found.positions.items()}
    yield _by("consumer_lag_rows", "gauge", "Frames that a consumer's records do not cover yet", "consumer", lags)


def _server(live: Live) -> Iterator[Family]:
    yield _one("loop_lag_seconds", "gauge", "The worst lateness of the event loop since the last look", live.lag_s)
    yield _one("loop_blocked_total", "counter", "Times the event loop hung", live.blocked)
    yield _one("process_suspended_total", "counter", "Times the whole process stood still", live.suspended)
    yield _one("live_clients", "gauge", "Browsers that listen", live.clients)
    failing = {role.name: int(role.failing is not None) for role in live.roles}
    yield _by("role_failing", "gauge", "1 while a background role fails", "role", failing)
    steps = {role.name: role.steps for role in live.roles}
    yield _by("role_steps_total", "counter", "Steps of a role that did something", "role", steps)
    busy = {role.name: role.busy_s for role in live.roles}
    yield _by("role_busy_seconds_total", "counter", "Time in those; the ledger's is its settling", "role", busy)
    yield _by("samples_total", "counter", "What became of samples, ever", "outcome", live.delivery)


def _transport(found: Transported) -> Iterator[Family]:
    yield _one("transport_up", "gauge", "1 while the stream can be seen", int(found.stream is not None))
    yield _one("transport_on_disk", "gauge", "Messages collected here that are not held yet", found.on_disk)
    yield _one("transport_backlog", "gauge", "Of them, what waited through an outage", found.backlog)
    yield _one("transport_sent_again_total", "counter", "Messages the stream had lost", found.sent_again)
    if found.stream is not None:
        stream, shards = found.stream, found.stream.shards
        yield _one("transport_messages", "gauge", "Messages that wait to be stored", stream.messages)
        yield _one("transport_bytes", "gauge", "Their size", stream.bytes)
        yield _one("transport_replicas", "gauge", "NATS servers that keep them", stream.replicas_current)
        lag, twice = Counter[str](), Counter[str]()
        for one in shards:
            lag[str(one.shard)] += one.waiting + one.taken
            twice[str(one.shard)] += one.redelivered
        yield _by("transport_shard_messages", "gauge", "Messages of a shard that are not stored", "shard", lag)
        yield _by("transport_shard_redelivered", "gauge", "Of them, given out more than once", "shard", twice)
    frames = {one.name: one.frames for one in found.alive}
    yield _by("ingest_worker_frames_total", "counter", "Frames a worker stored", "worker", frames)
    yield _by("ingest_worker_shards", "gauge", "Shards it owns", "worker", {w.name: len(w.shards) for w in found.alive})
    again = {one.name: one.redelivered for one in found.alive}
    yield _by("ingest_worker_redelivered_total", "counter", "Frames it was given out again", "worker", again)
    refused = {one.name: one.refused for one in found.alive}
    yield _by("ingest_worker_refused_total", "counter", "Messages it put aside", "worker", refused)


def _copies(copies: tuple[Forwarded, ...], at_us: int) -> Iterator[Family]:
    behind = {one.name: (at_us - one.equal_us) / SECOND_US for one in copies if one.equal_us is not None}
    yield _by("copy_behind_seconds", "gauge", "Since a copy was last seen to hold all that is sealed", "copy", behind)
    failing = {one.name: int(one.cause is not None) for one in copies}
    yield _by("copy_failing", "gauge", "1 while a copy of this site is not reached", "copy", failing)
    waiting = {one.name: one.months for one in copies}
    yield _by("copy_waiting_months", "gauge", "Months of a copy that are yet to compare", "copy", waiting)
    brought = {one.name: one.samples for one in copies}
    yield _by("copy_samples_total", "counter", "Samples brought to a copy since the start", "copy", brought)


def _seconds(time_us: int | None) -> float | None:
    return None if time_us is None else time_us / SECOND_US


def _since(links: tuple[LinkStatus, ...], at_us: int) -> Iterator[Family]:
    known = {one.name: one.waiting_since_us for one in links if one.waiting_since_us is not None}
    ages = {name: (at_us - since_us) / SECOND_US for name, since_us in known.items()}
    yield _by("connection_waiting_seconds", "gauge", "Since when the oldest of those waits", "connection", ages)


def _posts(posts: Mapping[str, int]) -> Iterator[Family]:
    """Rows are no posts: who sums up what became of posts must not count them."""
    became = {outcome: n for outcome, n in posts.items() if outcome != "left_out"}
    yield _by("posts_total", "counter", "What others posted, by what became of it", "outcome", became)
    yield _one("post_rows_left_out_total", "counter", "Rows left out of those taken", posts.get("left_out", 0))


def _links(links: tuple[LinkStatus, ...]) -> Iterator[Family]:
    def each(name: str, kind: Kind, help_text: str, values: Mapping[str, float | None]) -> Family:
        return _by(name, kind, help_text, "connection", {key: at for key, at in values.items() if at is not None})

    yield each("connection_up", "gauge", "1 while connected", {link.name: int(link.up) for link in links})
    p50 = {link.name: _seconds(link.health.rtt_p50_us) for link in links}
    yield each("connection_rtt_p50_seconds", "gauge", "Round trip of its requests, the middle one", p50)
    p99 = {link.name: _seconds(link.health.rtt_p99_us) for link in links}
    yield each("connection_rtt_p99_seconds", "gauge", "Round trip of its requests, the slowest of a hundred", p99)
    bad = {link.name: link.health.bad_ratio for link in links}
    yield each("connection_bad_ratio", "gauge", "Share of samples that came BAD", bad)
    held = {link.name: link.health.held_ratio for link in links}
    yield each("connection_held_ratio", "gauge", "Share of the last minute in which it was not read", held)
    demoted = {link.name: link.demotions for link in links}
    yield each("connection_demotions_total", "counter", "Times it was asked at a slow pace", demoted)
    samples = {link.name: link.samples for link in links}
    yield each("connection_samples_total", "counter", "Samples since the start", samples)
    yield each("connection_overruns_total", "counter", "Polls skipped", {one.name: one.overruns for one in links})
    yield each("connection_reconnects_total", "counter", "Losses", {one.name: one.reconnects for one in links})
    lost = {link.name: link.lost_samples for link in links}
    yield each("connection_lost_samples_total", "counter", "Samples the device itself dropped", lost)
    points = {one.name: one.points_bad for one in links}
    yield each("connection_bad_points", "gauge", "Points that are BAD while up", points)
    waiting = {link.name: link.waiting for link in links}
    yield each("connection_waiting_parcels", "gauge", "On disk until the historian has them", waiting)
    refused = {link.name: link.refused for link in links}
    yield each("connection_refused_parcels", "gauge", "Laid aside: the historian takes them never", refused)
