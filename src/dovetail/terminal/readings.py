"""A signal's value as a terminal shows it: one row, whether the store held it or the device was asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from dovetail.terminal.asking import plain

if TYPE_CHECKING:
    from dovetail.ownership.control import Control

GOOD: Final = 0xC0  # the two highest bits of a quality (OPC DA)
NEAR_MAX: Final = 3
ASKED_AT_ONCE: Final = 50  # addresses whose kind nobody knows are read once for each kind they may be


def tag_named(control: Control, name: str) -> dict[str, Any]:
    """A tag of the plant in full. Raises NotFoundError that says which are near."""
    from dovetail.core.errors import NotFoundError

    if name.isdecimal():
        return control.call("GET", f"/tags/{name}")
    near: list[str] = []
    cursor: str | None = None
    while True:
        page = control.call("GET", "/tags", find=name, cursor=cursor)
        for tag in page["items"]:
            if tag["path"] == name:
                return control.call("GET", f"/tags/{tag['id']}")
            near.append(tag["path"])
        cursor = page["next"]
        if cursor is None:
            break
    hint = (
        f"did you mean {', '.join(near[:NEAR_MAX])}?"
        if near
        else "its path is equipment.property, e.g. acme/press.speed"
    )
    raise NotFoundError(f"there is no tag {name!r}", hint=hint)


def link_of(control: Control, connection: str) -> dict[str, Any]:
    """A connection of the plant as it is tried. Raises NotFoundError."""
    found = control.call("GET", f"/connections/{connection}/definition")
    return {"driver": found["driver"], "options": found["options"]}


def held_row(tag: dict[str, Any]) -> dict[str, Any]:
    """What is newest of a tag in the store; a tag of which nothing was ever heard is not good."""
    last = tag["last"] or {}
    native = tag["native"] or {}
    row = _row(tag["path"], tag["connection"], tag["address"], tag["unit"])
    row |= {key: last.get(key) for key in ("value", "quality", "quality_name", "ts", "ts_device")}
    row |= {"native": native.get("code", 0), "native_words": native.get("words")}
    return _judged(row, "nothing was heard of it yet" if not last else None)


def device_rows(control: Control, tags: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the devices say of tags now, scaled as the plant has them. Raises InvalidError where there is no device."""
    from dovetail.core.errors import InvalidError

    for tag in tags:
        if tag["connection"] is None:
            raise InvalidError(f"{tag['path']} is not read from a device", code="tag-internal")
    rows: dict[int, dict[str, Any]] = {}
    for connection in dict.fromkeys(tag["connection"] for tag in tags):
        mine = [tag for tag in tags if tag["connection"] == connection]
        signals = [
            {key: tag[key] for key in ("property", "address", "kind", "scale", "offset")}
            for tag in mine
        ]  # fmt: skip
        for tag, read in zip(mine, _read(control, link_of(control, connection), signals), strict=True):
            rows[tag["id"]] = _judged(
                _row(tag["path"], connection, tag["address"], tag["unit"]) | _said(read), read["error"]
            )
    return [rows[tag["id"]] for tag in tags]


def address_rows(control: Control, link: dict[str, Any], addresses: Sequence[str]) -> list[dict[str, Any]]:
    """What a device says under addresses, each as the kind that fits best."""
    signals = [{"property": f"a{at}", "address": address} for at, address in enumerate(addresses)]
    read = _read(control, link, signals)
    return [_judged(_row(None, None, one["address"], None) | _said(one), one["error"]) for one in read]


def _read(control: Control, link: dict[str, Any], signals: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for start in range(0, len(signals), ASKED_AT_ONCE):
        tried = control.call(
            "POST", "/connections/try", {"link": link, "signals": signals[start : start + ASKED_AT_ONCE]}
        )
        if not tried["ok"]:
            from dovetail.core.errors import LinkError

            raise LinkError(tried["cause"], code=tried["code"], hint=tried["hint"])
        found += tried["signals"]
    return found


def _row(tag: str | None, connection: str | None, address: str | None, unit: str | None) -> dict[str, Any]:
    return {"tag": tag, "connection": connection, "address": address, "unit": unit}


def _said(read: dict[str, Any]) -> dict[str, Any]:
    keys = ("value", "quality", "quality_name", "ts", "ts_device", "native", "native_words")
    return {key: read[key] for key in keys}


def _judged(row: dict[str, Any], error: str | None) -> dict[str, Any]:
    good = error is None and row["quality"] is not None and row["quality"] & GOOD == GOOD
    return {**row, "good": good, "error": error}


def show(row: dict[str, Any]) -> str:
    """A row for people: the time in local wall time, what it is, its value, and what is to be said of it."""
    words = [_wall(row["ts"]), row["tag"] or row["address"] or "", _value(row)]
    if row["error"] is not None:
        words.append(row["error"])
    elif not row["good"]:
        words.append(str(row["quality_name"]))
    if row["native"]:
        words.append(f"status {row['native_words'] or hex(row['native'])}")
    if row["ts_device"] not in (None, row["ts"]):
        words.append(f"device {_wall(row['ts_device'])}")
    return "  ".join(plain(word) for word in words if word)


def _value(row: dict[str, Any]) -> str:
    if row["value"] is None:
        return "–"
    unit = row["unit"]
    shown = "" if unit in (None, "1") else f" {unit}"
    return f"{row['value']}{shown}"


def _wall(text: str | None) -> str:
    if text is None:
        return ""
    return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
