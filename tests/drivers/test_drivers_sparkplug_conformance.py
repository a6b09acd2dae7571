"""The manual's conformance page names assertions and tests that exist, and leaves out none that binds a host."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "reference" / "sparkplug.md").read_text(encoding="utf-8")
SHOWN = dict(re.findall(r"^\| `(tck-id-[a-z0-9-]+)` \| `(test_\w+)` \|$", PAGE, flags=re.MULTILINE))
NAMED = set(re.findall(r"^\| `(tck-id-[a-z0-9-]+)` \|", PAGE, flags=re.MULTILINE))
BINDS_A_HOST = re.compile(
    r"host-topic|host-application|host-reordering|phid-sparkplug|host-action|payloads-state|topics-[nd]cmd"
    r"|payloads-[nd]cmd|data-commands-[nd]cmd"
)


def test_each_assertion_is_shown_by_a_test_there_is() -> None:
    files = (ROOT / "tests" / "drivers").glob("test_drivers_sparkplug_*.py")
    there = set(re.findall(r"def (test_\w+)", "".join(file.read_text(encoding="utf-8") for file in files)))
    assert len(SHOWN) > 90 and set(SHOWN.values()) <= there


@pytest.fixture
def kit() -> set[str]:
    """The ids of all assertions, where the list lies beside this checkout."""
    places = [folder / "shared" / "reference" / "sparkplug_tck_ids.txt" for folder in ROOT.parents[:3]]
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        pytest.skip("the list of the kit's assertions is not beside this checkout")
    return set(found.read_text(encoding="utf-8").split())


def test_none_that_binds_a_host_is_left_out(kit: set[str]) -> None:
    assert NAMED - kit == set()
    assert {one for one in kit if BINDS_A_HOST.search(one)} - NAMED == set()
