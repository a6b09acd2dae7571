"""A click changes one thing in the files; the rest stays as its author wrote it, to the letter."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from dovetail.plantcode.edit import put, remove
from shortcuts import examples

BLOCK = """# our plant
plant: {format: 1, name: X}
calendars:
  # the two
  two:
    name: Two shifts  # said aloud
    shifts:
      - {name: Early, start: "06:00", end: "14:00", days: [mon]}
    exceptions:
      "2026-12-24": []  # eve

      # new year
      "2026-12-31": [{name: Early, start: "06:00", end: "10:00"}]

  # the last
  one: {shifts: []}

# tail
products: {}
"""
RUSH = {"name": "Rush", "add": [{"name": "Overtime", "start": "06:00", "end": "12:00"}]}
RUSH_WRITTEN = """\
      "2026-12-25":
        name: Rush
        add:
          - {name: Overtime, start: "06:00", end: "12:00"}
"""
LAST = '      "2026-12-31": [{name: Early, start: "06:00", end: "10:00"}]\n'


@pytest.mark.parametrize("path, value, before, after", [
    (("two", "exceptions", "2026-12-25"), RUSH, LAST, LAST + RUSH_WRITTEN),
    (("two", "exceptions", "2026-12-24"), ["x"], '      "2026-12-24": []  # eve\n', '      "2026-12-24": [x]\n'),
    (("two", "name"), "yes", "    name: Two shifts  # said aloud\n", '    name: "yes"\n'),
    (("one", "exceptions", "2026-12-25"), [], "  one: {shifts: []}\n",
     '  one:\n    shifts: []\n    exceptions:\n      "2026-12-25": []\n'),
    (("three",), {"shifts": []}, "  one: {shifts: []}\n", "  one: {shifts: []}\n  three:\n    shifts: []\n"),
])  # fmt: skip
def test_only_what_is_put_changes(path: tuple[str, ...], value: Any, before: str, after: str) -> None:
    assert BLOCK.count(before) == 1
    assert put({"a.yaml": BLOCK}, ("calendars", *path), value) == {"a.yaml": BLOCK.replace(before, after)}


def test_what_is_removed_leaves_no_empty_mapping() -> None:
    path = ("calendars", "two", "exceptions")
    once = remove({"a.yaml": BLOCK}, (*path, "2026-12-24"))
    assert once == {"a.yaml": BLOCK.replace('      "2026-12-24": []  # eve\n', "")}
    twice = remove(once, (*path, "2026-12-31"))
    assert "exceptions" not in twice["a.yaml"]
    assert yaml.safe_load(twice["a.yaml"])["calendars"]["two"].keys() == {"name", "shifts"}
    assert remove(twice, (*path, "2026-12-31")) == twice


@pytest.mark.parametrize("files, expected", [
    ({}, {"calendars.yaml": "calendars:\n  two:\n    shifts: []\n"}),
    ({"a.yaml": "products: {}"}, {"a.yaml": "products: {}", "calendars.yaml": "calendars:\n  two:\n    shifts: []\n"}),
    ({"calendars.yaml": "products: {}"}, {"calendars.yaml": "products: {}\ncalendars:\n  two:\n    shifts: []\n"}),
    ({"a.yaml": "calendars:\n", "b.yaml": "# nothing yet\n"},
     {"a.yaml": "calendars:\n  two:\n    shifts: []\n", "b.yaml": "# nothing yet\n"}),
    ({"a.yaml": "calendars: {one: {shifts: []}}\n"},
     {"a.yaml": "calendars:\n  one:\n    shifts: []\n  two:\n    shifts: []\n"}),
])  # fmt: skip
def test_a_new_entry_finds_its_file(files: dict[str, str], expected: dict[str, str]) -> None:
    assert put(files, ("calendars", "two"), {"shifts": []}) == expected


WORDS = st.text(alphabet="abyn :#-'\"é,{}[]0126", min_size=1, max_size=8)
VALUES = st.recursive(
    st.one_of(WORDS, st.integers(-5, 5), st.booleans()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)),
    max_leaves=6,
)
STEPS = st.lists(
    st.tuples(st.lists(st.sampled_from(["a", "b", "2026-01-01"]), min_size=1, max_size=3), VALUES), max_size=6
)


@settings(max_examples=examples(60), deadline=None)
@given(steps=STEPS, begin=st.sampled_from(["", BLOCK, "calendars: {a: {b: 1}}\n", "calendars:\n  a:\n    b: 1"]))
def test_files_say_afterwards_what_was_put_and_all_else_as_before(
    steps: list[tuple[list[str], Any]], begin: str
) -> None:
    files: dict[str, str] = {"f.yaml": begin}
    for keys, value in steps:
        path = ("calendars", *keys)
        wanted = _merged(files)
        _set(wanted, path, value)
        files = put(files, path, value)
        assert _merged(files) == wanted
    assert "# our plant" in files["f.yaml"] or begin != BLOCK


def _merged(files: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for text in files.values():
        for section, entries in (yaml.safe_load(text) or {}).items():
            found.setdefault(section, {}).update(entries or {})
    return found


def _set(data: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for key in path[:-1]:
        below = data.get(key)
        data[key] = dict(below) if isinstance(below, dict) else {}
        data = data[key]
    data[path[-1]] = value
