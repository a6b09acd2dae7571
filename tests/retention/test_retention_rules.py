"""How long a tag is kept: what may be written, what is wrong with it, and which rule counts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dovetail.core.batch import Kind
from dovetail.core.clock import DAY_US, from_rfc3339
from dovetail.equipment.model import Equipment, PlantModel, Tag
from dovetail.house.rooms import plant_sections
from dovetail.plantcode.section import Changes
from dovetail.plantcode.validate import validate
from dovetail.retention.model import Protected, Reference, age_us, cut_of, iso_age
from dovetail.retention.plant import SECTIONS, impact
from dovetail.retention.rules import rules_of


@pytest.mark.parametrize(
    ("text", "iso", "days"),
    [
        ("90 d", "P90D", 90),
        ("1 day", "P1D", 1),
        ("2w", "P2W", 14),
        ("18 months", "P18M", 18 * 31),
        ("7 y", "P7Y", 7 * 366),
        ("P1Y6M", "P1Y6M", 366 + 6 * 31),
    ],
)
def test_an_age_is_written_in_words_or_as_iso_8601_has_it(text: str, iso: str, days: int) -> None:
    assert iso_age(text) == iso
    assert age_us(iso) == days * DAY_US


@pytest.mark.parametrize("text", ["", "P", "7", "7 lunes", "0 d", "P0D", "101 y", "-1 d", "P1H", "PT1H", "1.5 y"])
def test_what_is_no_age_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="should be"):
        iso_age(text)


@given(days=st.integers(1, 3_000), now=st.integers(from_rfc3339("2000-01-01T00:00:00Z"), 1 << 51))
def test_nothing_goes_before_its_age(days: int, now: int) -> None:
    """And nothing is kept more than a month longer than it must."""
    cut = cut_of(days * DAY_US, now)
    assert 0 <= now - days * DAY_US - cut < 31 * DAY_US


HEAD = """
plant: {format: 1, name: Acme}
equipment_classes: {press: {}}
scan_classes: {fast: {mode: poll, interval_ms: 100}}
equipment:
  acme: {level: Enterprise, timezone: UTC}
  acme/filler: {level: WorkUnit}
retention:
"""


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("  acme: {drop_after: 7 y, archive_after: 1 y, on_full: evict}", None),
        ("  acme: {drop_after: 7 y, tags: {vib_*: {drop_after: 30 d}}, scans: {fast: {drop_after: 1 y}}}", None),
        ("  acme/fillr: {drop_after: 7 y}", "DT-P701 acme/filler"),
        ("  acme: {classes: {pres: {drop_after: 1 y}}}", "DT-P702 press"),
        ("  acme: {scans: {fastt: {drop_after: 1 y}}}", "DT-P703 fast"),
        ("  acme: {drop_after: 1 y, archive_after: 2 y}", "DT-P704 archive_after"),
        ("  acme: {drop_after: 1 y, wait_for: [backup]}", None),
        ("  acme: {drop_after: 1 y, wait_for: [backp]}", "DT-P705 backup"),
        ("  acme: {tags: {vib_*: {wait_for: [hq]}}}", "DT-P705"),
        ("  acme: {archive_after: 1 y, tags: {vib: {drop_after: 30 d}}}", "DT-P704 archive_after"),
        ("  acme: {drop_after: soon}", "DT-P023 7 y"),
        ("  acme: {dropafter: 7 y}", "DT-P021 drop_after"),
        ("  acme: {on_full: evikt}", "DT-P023 evict"),
    ],
)
def test_what_is_written_is_checked_at_its_place(rules: str, said: str | None) -> None:
    _, report = validate({"plant.yaml": (HEAD + rules).encode()}, plant_sections())
    code, _, hint = (said or "").partition(" ")
    assert [found.code for found in report.problems] == ([code] if code else [])
    assert all(hint in (found.hint or "") for found in report.problems)
    assert all(found.place.line == 9 for found in report.problems)


def test_ages_are_kept_as_iso_and_whoever_changes_them_is_told_what_to_look_at() -> None:
    text = HEAD + "  acme: {drop_after: 7 y, tags: {vib_*: {drop_after: 30 d}}}"
    plant, _ = validate({"plant.yaml": text.encode()}, plant_sections())
    (section,) = SECTIONS
    bodies = section.bodies(plant)
    assert bodies == {"acme": {"drop_after": "P7Y", "tags": {"vib_*": {"drop_after": "P30D"}}}}
    assert "retention plan" in impact(None, Changes(added=bodies))[0]
    assert impact(None, Changes()) == []


def node(number: int, path: str, parent: int | None, class_name: str | None = None) -> Equipment:
    return Equipment(
        number, path, path, "Area", parent, class_name, "UTC", None, None, (), None, None, None, {}, None, {}
    )  # fmt: skip


PLANT = PlantModel(
    equipment=[node(1, "acme", None), node(2, "acme/a", 1), node(3, "acme/a/press", 2, "press")],
    tags=[
        Tag(1, "acme/a.level", 2, "level", "plc", "1", Kind.F64),
        Tag(2, "acme/a/press.vib_x", 3, "vib_x", "plc", "2", Kind.F64, scan="fast"),
        Tag(3, "acme/a/press.force", 3, "force", "plc", "3", Kind.F64),
        Tag(9, "plc.good_through", None, "good_through", "plc", None, Kind.I64),
    ],
)


@pytest.mark.parametrize(
    ("bodies", "expected"),
    [
        # level, vib_x, force, the link's mark: the rule that counts and its age in days
        ({}, [None, None, None, None]),
        ({"acme": {"drop_after": "P7D"}}, [("acme", 7)] * 4),
        ({"acme/a/press": {"drop_after": "P7D"}}, [None, ("acme/a/press", 7), ("acme/a/press", 7), None]),
        (
            {"acme": {"drop_after": "P9D", "tags": {"vib_*": {"drop_after": "P2D"}, "vib_x": {"drop_after": "P1D"}}}},
            [("acme", 9), ("acme.vib_x", 1), ("acme", 9), ("acme", 9)],
        ),
        (
            {"acme": {"drop_after": "P9D", "classes": {"press": {"drop_after": "P30D"}}}},
            [("acme", 9), ("acme class press", 30), ("acme class press", 30), ("acme class press", 30)],
        ),
        (
            {"acme": {"drop_after": "P9D", "scans": {"fast": {"drop_after": "P3D"}}}},
            [("acme", 9), ("acme scan fast", 3), ("acme", 9), ("acme", 9)],
        ),
        (
            {"acme": {"drop_after": "P9D"}, "acme/a": {"drop_after": "never"}},
            [("acme/a", None), ("acme/a", None), ("acme/a", None), None],
        ),
        ({"acme": {"drop_after": "P9D"}, "acme/a": {"on_full": "evict"}}, [("acme", 9)] * 4),
    ],
)
def test_the_nearest_rule_that_says_something_counts(
    bodies: dict[str, Any], expected: list[tuple[str, int | None] | None]
) -> None:
    found = rules_of(PLANT, bodies)
    by_tag = [found.get(tag) for tag in (1, 2, 3, 9)]
    assert [rule and (rule.name, rule.drop_us and rule.drop_us // DAY_US) for rule in by_tag] == expected


def test_what_is_not_said_nearby_is_taken_from_above() -> None:
    found = rules_of(
        PLANT, {"acme": {"drop_after": "P9D", "archive_after": "P3D"}, "acme/a/press": {"on_full": "evict"}}
    )
    press = found[3]
    assert (press.name, press.drop_us, press.archive_us, press.on_full) == ("acme", 9 * DAY_US, 3 * DAY_US, "evict")
    assert found[1].on_full == "refuse"


def test_what_must_stay_is_known_by_tag_and_time() -> None:
    kept = Protected([Reference(frozenset({1, 2}), 100, 200, "hold 1")])
    asked = [(1, 0, 99), (1, 0, 100), (2, 199, 300), (1, 200, 300), (3, 100, 200)]
    assert [kept.touches(*one) for one in asked] == [False, True, True, False, False]
