"""Which topics a filter means (MQTT 5 §4.7)."""

from __future__ import annotations

import pytest

from dovetail.mqtt import topics


@pytest.mark.parametrize(
    ("wanted", "topic", "means"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a/b/c", False),
        ("a/+", "a/b", True),
        ("a/+", "a/", True),  # an empty level is a level
        ("a/+", "a", False),
        ("a/+/c", "a/b/c", True),
        ("+/+", "/a", True),
        ("+", "/a", False),
        ("a/#", "a", True),  # the parent is included
        ("a/#", "a/b/c", True),
        ("a/#", "ab", False),
        ("#", "a/b", True),
        ("#", "$SYS/uptime", False),  # the broker's own topics are not meant by a leading wildcard
        ("+/uptime", "$SYS/uptime", False),
        ("$SYS/#", "$SYS/uptime", True),
        ("a/b", "A/b", False),
    ],
)
def test_which_topics_a_filter_means(wanted: str, topic: str, means: bool) -> None:
    assert topics.matches(wanted, topic) is means


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("a/b", None),
        ("a/+/c/#", None),
        ("#", None),
        ("a+", "`+` stands alone"),
        ("a/b#", "`#` stands alone"),
        ("a/#/c", "`#` stands alone"),
        ("", "is empty"),
        ("a\0b", "NUL"),
        ("a" * 65_536, "longer"),
    ],
)
def test_what_is_wrong_with_a_filter(name: str, fault: str | None) -> None:
    found = topics.fault_of_filter(name)
    assert (found is None) == (fault is None) and (fault or "") in (found or "")
