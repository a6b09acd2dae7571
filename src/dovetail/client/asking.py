"""Ask an installation over its API, with a token: what is refused is told in the server's own words."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote, urlsplit

import httpx2
import pyarrow as pa

from dovetail.client.tables import Answer, read_page

ARROW: Final = "application/vnd.apache.arrow.stream"
NEXT: Final = "x-next-cursor"
HOW: Final = frozenset(("interpolation", "uncertain", "percent_bad", "percent_good", "extrapolation"))
TIMEOUT_S: Final = 60.0  # a page of 50,000 samples takes a busy server a second

type Tags = str | int | Sequence[str | int]
type Moment = datetime | str
type Known = Moment | int


class ProblemError(Exception):
    """The server refused, or failed: its problem+json (RFC 9457). `hint` says what to do, where there is something."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.code = str(problem.get("code", status))
        self.detail = str(problem.get("detail", ""))
        self.hint = problem.get("hint")
        self.problem = dict(problem)
        super().__init__(f"{self.code}: {self.detail}" + (f" ({self.hint})" if self.hint else ""))


class Client:
    """An installation as the owner of a token sees it. Close it, or use it in a `with` block.

    `ca`: a file with the certificate of the plant's own authority. A token is not sent in the clear: plain http is for
    this machine alone.
    """

    def __init__(self, url: str, token: str, *, ca: str | Path | None = None, timeout_s: float = TIMEOUT_S) -> None:
        if urlsplit(url).scheme != "https" and not _is_here(urlsplit(url).hostname or ""):
            raise ValueError("a token is only sent over https, or to this machine itself")
        verify: Any = True
        if ca is not None:
            import ssl

            verify = ssl.create_default_context(cafile=str(ca))
        self._http = httpx2.Client(
            base_url=url.rstrip("/") + "/api/v1",
            headers={"authorization": f"Bearer {token}"},
            verify=verify,
            timeout=timeout_s,
        )

    def samples(self, tags: Tags, start: Moment, end: Moment, *, as_of: Known | None = None) -> Answer:
        """The samples of tags, by id or path, with start <= ts < end, by time, as people corrected them.

        `as_of`, here and below: corrections made after this moment, or this `known`, do not count; with 0, none does.
        """
        asked = {"tags": _words(tags), "start": _moment(start), "end": _moment(end), "as_of": _known(as_of)}
        return Answer(lambda: self._pages("/samples", asked))

    def series(self, tags: Tags, start: Moment, end: Moment, *, px: int = 1_000, as_of: Known | None = None) -> Answer:
        """The trend of tags: a row for each of at most `px` buckets that holds samples, with its lowest and highest."""
        span = {"start": _moment(start), "end": _moment(end)}
        asked = {"tags": _words(tags), **span, "px": px, "as_of": _known(as_of)}
        return Answer(lambda: self._pages("/series", asked))

    def aggregates(
        self,
        tags: Tags,
        start: Moment,
        end: Moment,
        *,
        of: str | Sequence[str] = "TimeAverage2",
        every: timedelta | float | None = None,
        as_of: Known | None = None,
        **how: str | int,
    ) -> Answer:
        """What tags came to, interval by interval of `every` (a timedelta or seconds; None: all of it at once).

        A row for each interval, in it for each tag and each aggregate in `of` (OPC UA Part 13).
        `how`, here and below, is the API's: interpolation ("stepped", "sloped"), uncertain ("bad", "good"),
        percent_bad, percent_good, extrapolation.
        """
        every_s = every.total_seconds() if isinstance(every, timedelta) else every
        asked = {**_sums(tags, of, how), "start": _moment(start), "end": _moment(end), "every_s": every_s}
        return Answer(lambda: self._pages("/aggregates", {**asked, "as_of": _known(as_of)}))

    def intervals(
        self,
        tags: Tags,
        start: Moment,
        end: Moment,
        *,
        over: str,
        equipment: str | int,
        of: str | Sequence[str] = "TimeAverage2",
        as_of: Known | None = None,
        **how: str | int,
    ) -> Answer:
        """What tags came to in each job, lot, shift or stop of an equipment that touches the period, each whole.

        `over`: "jobs", "lots", "shifts" or "stops" (downtimes). A row for each of them, in it for each tag and each
        aggregate in `of`, with what happened: id, name, equipment, job_order, product, lot, crew, reason, ended.
        """
        asked = {**_sums(tags, of, how), "start": _moment(start), "end": _moment(end), "over": over}
        asked |= {"equipment": self.equipment_id(equipment), "as_of": _known(as_of)}
        return Answer(lambda: self._pages("/aggregates/intervals", asked))

    def last(self, tags: Tags, *, at: Moment | None = None, as_of: Known | None = None) -> dict[int, dict[str, Any]]:
        """By tag id what was newest at a moment (None: now): value, ts, quality, quality_name, ts_device, dropped.

        `dropped`: a rule let go of samples after it, so nobody knows whether it still held at that moment.
        Tags that had said nothing are left out, and so are those that the token's owner may not see.
        """
        moment = datetime.now().astimezone() if at is None else at
        found = self.get("/samples/at", tags=_words(tags), at=_moment(moment), as_of=_known(as_of))
        return {one["tag"]: one for one in found["items"]}

    def statistics(
        self, tags: Tags, start: Moment, end: Moment, *, as_of: Known | None = None
    ) -> dict[int, dict[str, Any]]:
        """By tag id what a stretch comes to: n, n_good, min, max, mean, covered_s, good_share, dropped. No texts."""
        span = {"start": _moment(start), "end": _moment(end)}
        found = self.get("/statistics", tags=_words(tags), **span, as_of=_known(as_of))
        return {one["tag"]: one for one in found["items"]}

    def kpis(self, equipment: str | int, start: Moment, end: Moment, *, as_of: Known | None = None) -> dict[str, Any]:
        """The key figures of an equipment, by id or path, over a period: as `GET /equipment/{id}/kpis` answers."""
        span = {"start": _moment(start), "end": _moment(end)}
        return self.get(f"/equipment/{self.equipment_id(equipment)}/kpis", **span, as_of=_known(as_of))

    def equipment_id(self, equipment: str | int) -> int:
        """The id of an equipment that is named by id or path. Raises LookupError."""
        if isinstance(equipment, int):
            return equipment
        for one in self.items("/equipment"):
            if one["path"] == equipment:
                return int(one["id"])
        raise LookupError(f"there is no equipment {equipment!r}, or it is out of sight")

    def items(self, path: str, **query: object) -> Iterator[dict[str, Any]]:
        """Every item of a list of the API, page after page."""
        while True:
            page = self.get(path, **query)
            yield from page["items"]
            if page["next"] is None:
                return
            query = {**query, "cursor": page["next"]}

    def get(self, path: str, **query: object) -> Any:
        """The JSON of any GET of the API. Raises ProblemError."""
        answer = self._http.get(quote(path), params=_given(query), headers={"accept": "application/json"})
        _raise(answer)
        return answer.json()

    def _pages(self, path: str, asked: Mapping[str, object]) -> Iterator[pa.Table]:
        cursor: str | None = None
        while True:
            answer = self._http.get(path, params=_given({**asked, "cursor": cursor}), headers={"accept": ARROW})
            _raise(answer)
            yield read_page(answer.content)
            cursor = answer.headers.get(NEXT)
            if cursor is None:
                return

    def close(self) -> None:
        """End the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _raise(answer: httpx2.Response) -> None:
    if answer.status_code < 400:
        return
    try:
        problem = answer.json()
    except json.JSONDecodeError:
        problem = {"detail": answer.text[:200]}
    raise ProblemError(answer.status_code, problem if isinstance(problem, dict) else {})


def _given(query: Mapping[str, object]) -> dict[str, str]:
    return {key: str(value) for key, value in query.items() if value is not None}


def _words(tags: Tags) -> str:
    return ",".join(map(str, [tags] if isinstance(tags, str | int) else tags))


def _sums(tags: Tags, of: str | Sequence[str], how: Mapping[str, str | int]) -> dict[str, object]:
    unknown = how.keys() - HOW
    if unknown:
        raise TypeError(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(sorted(HOW))}")
    return {**how, "tags": _words(tags), "aggregates": of if isinstance(of, str) else ",".join(of)}


def _moment(at: Moment) -> str:
    if isinstance(at, str):
        return at
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no time zone: a time without one has no meaning")
    return at.isoformat()


def _known(as_of: Known | None) -> str | None:
    return None if as_of is None else str(as_of) if isinstance(as_of, int) else _moment(as_of)


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
