"""Names of topics, and which of them a filter with `+` and `#` means (MQTT 5 §4.7)."""

from __future__ import annotations

from typing import Final

LENGTH_MAX: Final = 65_535  # bytes


def fault_of_name(name: str) -> str | None:
    """What is wrong with a topic to publish to; None when nothing is."""
    if "+" in name or "#" in name:
        return "has a wildcard"
    return _fault(name)


def fault_of_filter(name: str) -> str | None:
    """What is wrong with a filter; None when nothing is.

    >>> fault_of_filter("line/+/speed"), fault_of_filter("line/a+/speed")
    (None, '`+` stands alone between two slashes')
    """
    levels = name.split("/")
    if any("+" in level and level != "+" for level in levels):
        return "`+` stands alone between two slashes"
    if any("#" in level for level in levels[:-1]) or ("#" in levels[-1] and levels[-1] != "#"):
        return "`#` stands alone at the end, after a slash"
    return _fault(name)


def _fault(name: str) -> str | None:
    if not name:
        return "is empty"
    if "\0" in name:
        return "contains a NUL"
    return "is longer than 65,535 bytes" if len(name.encode()) > LENGTH_MAX else None


def is_filter(name: str) -> bool:
    """Whether it means more than one topic."""
    return "+" in name or "#" in name


def matches(wanted: str, topic: str) -> bool:
    """Whether the filter means the topic. Topics of the broker itself (`$SYS`) are meant only by name.

    >>> matches("a/+/c", "a/b/c"), matches("a/#", "a"), matches("#", "$SYS/uptime")
    (True, True, False)
    """
    if topic.startswith("$") and wanted[:1] in ("+", "#"):
        return False
    want, have = wanted.split("/"), topic.split("/")
    if want[-1] == "#":
        want.pop()
        if len(have) < len(want):
            return False
        have = have[: len(want)]
    return len(want) == len(have) and all(w in ("+", h) for w, h in zip(want, have, strict=True))
