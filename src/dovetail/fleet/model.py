"""What lies between an edge and the historian of another machine: the stream, the workers, and what ails them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from dovetail.core.limits import SHARDS
from dovetail.ingestion.model import Standing
from dovetail.transport.model import StreamState

type Verdict = Literal["well", "look", "ill"]
type Who = Literal["nobody", "administrator", "plant engineer", "time", "us"]

MESSAGES_BEHIND: Final = 1_000  # some ten seconds of a busy plant
FULL: Final = 0.8  # of what the stream may keep


@dataclass(frozen=True, slots=True)
class Transported:
    """The stream and every worker, at one look; `fault` says why the stream could not be seen."""

    stream: StreamState | None = None
    workers: tuple[Standing, ...] = ()
    on_disk: int = 0  # messages that were collected and are not held yet
    backlog: int = 0  # of them, what waited through an outage and follows beside what is live
    sent_again: int = 0
    fault: str | None = None
    hint: str | None = None  # how it is mended, where that is known

    @property
    def alive(self) -> list[Standing]:
        """The workers whose lease holds."""
        return [one for one in self.workers if one.is_alive]

    @property
    def orphans(self) -> list[int]:
        """Shards that nobody alive stores."""
        return sorted(set(range(SHARDS)) - {shard for one in self.alive for shard in one.shards})


type Said = tuple[Verdict, str, Who, str]  # how it is, in a sentence, and who can mend it how


def judge(found: Transported) -> Iterator[Said]:
    """What the doctor says of it."""
    if found.fault is not None or found.stream is None:
        mend = f"{found.hint}." if found.hint else "are the NATS servers running?"
        how = f"{mend} What is collected is safe on this machine's disk meanwhile"
        says = f"the transport cannot be seen: {found.fault}; {found.on_disk} messages wait here"
        yield "ill", says, "administrator", how
        return
    stream = found.stream
    if not found.alive:
        yield "ill", "no ingest worker stores anything", "administrator", "start one: dovetail ingest"
    elif found.orphans:
        says = f"nobody stores shards {', '.join(map(str, found.orphans))} yet"
        yield "look", says, "time", "the workers share them within seconds; else look in their logs"
    if stream.replicas_current < stream.replicas:
        says = f"the stream is kept {stream.replicas_current} times instead of {stream.replicas}"
        yield "look", says, "administrator", "start the NATS server that is missing: it catches up by itself"
    if stream.bytes_max and stream.bytes > FULL * stream.bytes_max:
        says = f"the stream is {100 * stream.bytes // stream.bytes_max} % full"
        yield "ill", says, "administrator", "start more workers, or see why they do not store; then edges wait"
    if found.backlog:
        says = f"{found.backlog} messages of an outage follow beside what is live; until then that time has no data"
        yield "look", says, "time", "when they do not get fewer, see whether the workers store"
    if stream.messages > MESSAGES_BEHIND:
        says = f"{stream.messages} messages ({stream.bytes / 1e6:.1f} MB) wait in the stream to be stored"
        yield "look", says, "time", "the workers catch up; when they do not, start more of them"
    elif found.alive and not found.orphans:
        shares = ", ".join(f"{one.name}: {len(one.shards)}" for one in found.alive)
        says = f"{stream.messages} messages wait; {len(found.alive)} workers share {SHARDS} shards ({shares})"
        yield "well", says, "nobody", ""
