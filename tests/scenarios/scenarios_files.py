"""The worked examples, and small changes of them."""

from __future__ import annotations

from pathlib import Path

from dovetail.scenariofiles.document import Document, read_scenario

FOLDER = Path(__file__).parents[2] / "plants" / "scenarios"
WORKED = sorted(FOLDER.glob("*.yaml"))


def changed(folder: Path, name: str, *changes: tuple[str, str]) -> Path:
    """A worked example with some of its words exchanged, as a file."""
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    file = folder / f"{name}.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def document(file: Path, *changes: tuple[str, str]) -> Document:
    """A scenario with some of its words exchanged, which must be there."""
    text = file.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    found, report = read_scenario(file.name, text.encode())
    assert found is not None, str(report)
    return found


def worked(name: str, *changes: tuple[str, str]) -> Document:
    """One of the worked examples."""
    return document(FOLDER / f"{name}.yaml", *changes)
