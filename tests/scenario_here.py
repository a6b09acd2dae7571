"""A scenario of the plants' own folder, some of its words replaced."""

from __future__ import annotations

from pathlib import Path

from dovetail.scenariofiles.document import Document, read_scenario

FOLDER = Path(__file__).parents[1] / "plants" / "scenarios"

type Change = tuple[str, str]


def scenario(name: str, *changes: Change) -> Document:
    """What the file says; each change replaces words that have to stand there."""
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    found, report = read_scenario(name, text.encode())
    assert found is not None, str(report)
    return found
