"""What the API says of the line's yesterday, to compare the screens with."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import httpx2
from floor import id_of
from installation_process import DEMO_ZONE
from playwright.sync_api import Page
from screens import LINE


def yesterday() -> dict[str, str]:
    """The day before this one on the plant's clock, as the API takes it."""
    today = datetime.now(DEMO_ZONE).date()
    days = (today - timedelta(days=1), today)
    start, end = (datetime.combine(day, time(), tzinfo=DEMO_ZONE).astimezone(UTC).isoformat() for day in days)
    return {"start": start, "end": end}


def own_stops(api: httpx2.Client) -> list[dict[str, Any]]:
    """Yesterday's stops of which a machine itself is the cause, the longest first."""
    found = api.get(f"/equipment/{id_of(api, LINE)}/stops", params=yesterday()).raise_for_status().json()["items"]
    own = [stop for stop in found if not (stop["planned"] or stop["micro"] or stop["external"])]
    return sorted(own, key=lambda stop: -stop["duration_s"])


def longest(api: httpx2.Client) -> dict[str, Any]:
    """The longest of them, whatever was said of it."""
    return own_stops(api)[0]


def longest_untold(api: httpx2.Client) -> dict[str, Any]:
    """The longest of those of which nobody has said anything yet."""
    return next(stop for stop in own_stops(api) if stop["edit_id"] is None)


def oee_of(api: httpx2.Client, equipment_id: int) -> float:
    """Yesterday's OEE."""
    kpis = api.get(f"/equipment/{equipment_id}/kpis", params=yesterday()).raise_for_status().json()["kpis"]
    return next(kpi["value"] for kpi in kpis if kpi["id"] == "oee_index")


def moved(page: Page, api: httpx2.Client, equipment_id: int, *, away_from: float) -> float:
    """Yesterday's OEE once it is another: the ledger is cut anew behind the answer."""
    found = away_from
    for _ in range(160):
        found = oee_of(api, equipment_id)
        if abs(found - away_from) > 1e-6:
            break
        page.wait_for_timeout(250)
    return found
