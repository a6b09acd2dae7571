"""The tags of KEPServerEX: its project as JSON with channels, devices and groups, or the CSV of one device.

Property names are those of its Configuration API (`servermain.TAG_ADDRESS`). What its drivers call an address stays as
it is here; `addresses` translates it for the driver that reads it in Dovetail.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, cast

from dovetail.core.limits import TAG_LIST_DEPTH_MAX
from dovetail.taglists.hostile import count_row, refused
from dovetail.tagwords.meanings import number_of, unit_of, with_range
from dovetail.tagwords.model import Row, Said, TagList

type Node = Mapping[str, Any]

NAME: Final = "common.ALLTYPES_NAME"
TYPES: Final = {
    -1: "", 0: "String", 1: "Boolean", 2: "Char", 3: "Byte", 4: "Short", 5: "Word", 6: "Long", 7: "DWord", 8: "Float",
    9: "Double", 10: "BCD", 11: "LBCD", 12: "Date", 13: "LLong", 14: "QWord",
}  # fmt: skip  # from 20 on they are arrays of these
DEVICES_SHOWN: Final = 50  # to choose among
_ARRAYS_FROM: Final = 20
_LISTS: Final = ("channels", "devices", "tags", "tag_groups")
_NO_SCALING: Final = (0, None, "None")
_LINEAR: Final = (1, "Linear")


def is_kepware(document: Any) -> bool:
    """Whether this JSON is a project, or a part of one."""
    first = document[0] if isinstance(document, list) and document else document
    if not isinstance(first, dict):
        return False
    return "project" in first or any(str(key).startswith(("servermain.", "common.ALLTYPES")) for key in first)


def read(document: Any, device: str | None = None) -> TagList:
    """The tags of a project. `device` (`Channel1.Device1`): only its own. Raises InvalidError."""
    whole = cast(Node, document).get("project", document) if isinstance(document, dict) else {"tags": document}
    rows: list[Row] = []
    devices: dict[str, int] = {}
    for way, on, row in _tags(whole, (), "", None, 0):
        devices[on] = devices.get(on, 0) + 1
        if device is None or on == device:
            count_row(len(rows) + 1)
            rows.append(replace(row, line=len(rows) + 1, folder=way))
    notes = [Said("scan-rates")]
    if len(devices) > 1 and device is None:
        notes.append(Said("several-devices", ", ".join(sorted(devices)[:DEVICES_SHOWN])))
    left = sum(count for name, count in devices.items() if device not in (None, name))
    notes += [Said("device-left", str(left))] if left else []
    return TagList("kepware-json", tuple(rows), says=", ".join(sorted(devices))[:200], notes=tuple(notes))


def _tags(
    node: Any, way: tuple[str, ...], device: str, swapped: bool | None, depth: int
) -> Iterator[tuple[tuple[str, ...], str, Row]]:
    """(folders, device, tag) of everything below."""
    if not isinstance(node, dict):
        raise refused("this JSON holds something that is no part of a project", code="json")
    if depth > TAG_LIST_DEPTH_MAX:
        raise refused(f"groups are nested deeper than {TAG_LIST_DEPTH_MAX}", code="deep")
    said = cast(Node, node)
    for key, value in said.items():
        if key.endswith(".DEVICE_FIRST_WORD_LOW") and isinstance(value, bool):
            swapped = value
    for kind in _LISTS:
        inside = said.get(kind, [])
        if not isinstance(inside, list):
            raise refused(f"{kind} of this JSON is no list", code="json")
        for one in cast("list[Any]", inside):
            if kind == "tags":
                yield way, device, _row(one, swapped)
                continue
            name = str(cast(Node, one).get(NAME, "")) if isinstance(one, dict) else ""
            on = {"channels": name, "devices": f"{device}.{name}" if device else name}.get(kind, device)
            yield from _tags(one, (*way, name) if kind == "tag_groups" else way, on, swapped, depth + 1)


def _row(node: Any, swapped: bool | None) -> Row:
    if not isinstance(node, dict):
        raise refused("this JSON holds something that is no tag", code="json")
    said = cast(Node, node)

    def of(name: str) -> Any:
        return said.get(f"servermain.TAG_{name}")

    name, address = str(said.get(NAME, ""))[:400], str(of("ADDRESS") or "")[:4_000]
    faults = [Said(f"no-{what}") for what, given in (("name", name), ("address", address)) if not given]
    number = of("DATA_TYPE")
    data_type = TYPES.get(number if isinstance(number, int) else -1)
    if data_type is None:
        faults.append(
            Said("array" if isinstance(number, int) and number >= _ARRAYS_FROM else "type-unknown", str(number))
        )
    row = Row(
        0,
        name,
        address,
        type=data_type or "",
        unit=unit_of(str(of("SCALING_UNITS") or "")[:100]),
        description=str(said.get("common.ALLTYPES_DESCRIPTION") or "")[:1_000],
        swapped=swapped,
        faults=tuple(faults),
    )
    return _scaled(row, of("SCALING_TYPE"), of)


def _scaled(row: Row, kind: Any, of: Any) -> Row:
    if kind in _NO_SCALING:
        return row
    if kind not in _LINEAR:
        return replace(row, faults=(*row.faults, Said("scaling", "square root" if kind == 2 else str(kind)[:40])))
    raw = (_number(of("SCALING_RAW_LOW")), _number(of("SCALING_RAW_HIGH")))
    row = with_range(row, raw, (_number(of("SCALING_SCALED_LOW")), _number(of("SCALING_SCALED_HIGH"))))
    return replace(row, scale=-row.scale, offset=-row.offset) if of("SCALING_NEGATE_VALUE") is True else row


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return number_of(str(value))
    except ValueError:
        return None
