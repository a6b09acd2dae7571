"""What is new of signals since somebody last looked: each stored sample once, each change of an address once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from dovetail.terminal.readings import address_rows, held_row

if TYPE_CHECKING:
    from dovetail.ownership.control import Control

LATE: Final = timedelta(seconds=10)  # samples that come this much after younger ones are still seen
AHEAD: Final = timedelta(minutes=1)  # device clocks run ahead of ours


@dataclass(slots=True)
class _Followed:
    """One tag: what was shown reaches up to `newest`; `shown` are the samples since shortly before it."""

    tag: dict[str, Any]
    begun: datetime
    newest: datetime
    shown: set[tuple[str, str, int]] = field(default_factory=set[tuple[str, str, int]])


class Tags:
    """Tags of the plant: first what is newest, then every sample as it is stored."""

    def __init__(self, control: Control, tags: Sequence[dict[str, Any]]) -> None:
        self._control = control
        self._followed: list[_Followed] = []
        self._first = [held_row(tag) for tag in tags]
        for tag, row in zip(tags, self._first, strict=True):
            begun = datetime.now(UTC) if row["ts"] is None else datetime.fromisoformat(row["ts"])
            shown = set() if row["ts"] is None else {_key(row)}
            self._followed.append(_Followed(tag, begun, begun, shown))

    def news(self) -> Iterator[dict[str, Any]]:
        """What came since the last time, tag by tag."""
        first, self._first = self._first, []
        yield from first
        for followed in self._followed:
            yield from self._of(followed)

    def _of(self, followed: _Followed) -> Iterator[dict[str, Any]]:
        start = max(followed.begun, followed.newest - LATE)
        followed.shown = {key for key in followed.shown if datetime.fromisoformat(key[0]) >= start}
        tag, cursor = followed.tag, None
        while True:
            end = datetime.now(UTC) + AHEAD
            period = {"start": start.isoformat(), "end": end.isoformat(), "cursor": cursor}
            page = self._control.call("GET", f"/tags/{tag['id']}/samples", **period)
            for sample in page["items"]:
                if _key(sample) not in followed.shown:
                    followed.shown.add(_key(sample))
                    followed.newest = max(followed.newest, datetime.fromisoformat(sample["ts"]))
                    yield held_row({**tag, "last": sample, "native": None})
            cursor = page["next"]
            if cursor is None:
                return


class Addresses:
    """Addresses of a device: each at first, and then whenever a look finds it changed."""

    def __init__(self, control: Control, link: dict[str, Any], addresses: Sequence[str]) -> None:
        self._control = control
        self._link = link
        self._addresses = addresses
        self._before: dict[int, tuple[object, ...]] = {}

    def news(self) -> Iterator[dict[str, Any]]:
        """One look at all of them."""
        for at, row in enumerate(address_rows(self._control, self._link, self._addresses)):
            seen = (row["value"], row["quality"], row["error"])
            if self._before.get(at) != seen:
                self._before[at] = seen
                yield row


def _key(sample: dict[str, Any]) -> tuple[str, str, int]:
    return sample["ts"], str(sample["value"]), sample["quality"]
