"""People and machines of the demo as the browser tests meet them: an operator who signs in, a machine that jams."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

STANDS = ("Aborted", "Held")
WORLD_S = 60.0
PASSWORD = "quiet bottles on a belt"


def id_of(api: httpx2.Client, path: str) -> int:
    """The number of an equipment."""
    return next(one["id"] for one in api.get("/equipment").json()["items"] if one["path"] == path)


def lately(hours: float = 1) -> dict[str, str]:
    """The last hours up to now, as the API takes them."""
    now = datetime.now(UTC)
    return {"start": (now - timedelta(hours=hours)).isoformat(), "end": (now + timedelta(minutes=1)).isoformat()}


def stop_of(api: httpx2.Client, path: str) -> dict[str, Any]:
    """The stop of a machine that still stands."""
    found = api.get(f"/equipment/{id_of(api, path)}/stops", params=lately()).raise_for_status().json()["items"]
    return next(stop for stop in found if stop["end"] is None)


def edits_of(api: httpx2.Client, stop: dict[str, Any]) -> list[dict[str, Any]]:
    """Everything that people ever said of a stop, the newest first."""
    span = {"start": stop["start"], "end": stop["end"] or datetime.now(UTC).isoformat()}
    unit = f"/equipment/{stop['equipment_id']}"
    return api.get(f"{unit}/timeline-edits", params=span).raise_for_status().json()["items"]


def wait_until(api: httpx2.Client, path: str, *, stands: bool) -> None:
    """Return when the machine stands with a fault, or does not; the simulated one takes a second for either."""
    end_s = time.monotonic() + WORLD_S
    number = id_of(api, path)
    while (api.get(f"/equipment/{number}/state").json()["state"] in STANDS) != stands:
        assert time.monotonic() < end_s, f"{path} after {WORLD_S} s: {api.get(f'/equipment/{number}/state').json()}"
        time.sleep(0.2)  # nothing outside the installation is told


@contextmanager
def jam(api: httpx2.Client, *paths: str) -> Iterator[None]:
    """These machines stand with a new jam for as long as this lasts."""
    for path in paths:
        api.post("/sim/free", json={"unit": path}).raise_for_status()
    for path in paths:
        wait_until(api, path, stands=False)
    for path in paths:
        api.post("/sim/jam", json={"unit": path, "cause": "jam"}).raise_for_status()
    for path in paths:
        wait_until(api, path, stands=True)
    yield
    for path in paths:
        api.post("/sim/free", json={"unit": path}).raise_for_status()


def invite(api: httpx2.Client, login: str, name: str, *, locale: str = "en") -> str:
    """Somebody with an operator's role who followed their link and chose PASSWORD; the cookie of their session."""
    given = {"login": login, "name": name, "role": "operator", "locale": locale}
    made = api.post("/people", json=given).raise_for_status().json()
    with httpx2.Client(base_url=api.base_url, timeout=30) as theirs:
        theirs.post("/session", json={"once": made["token"]}).raise_for_status()
        theirs.put("/me/password", json={"password": PASSWORD}).raise_for_status()
        return theirs.cookies["dovetail"]
