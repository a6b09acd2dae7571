"""The one place where plant code meets the disk: read a folder's YAML files, and write them back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from dovetail.core.errors import ConfigError
from dovetail.core.limits import PLANT_FILE_BYTES_MAX

SCENARIOS: Final = "scenarios"  # beside the plant's code: what it has to make of signals, which `dovetail test` plays


def read_folder(folder: Path) -> dict[str, bytes]:
    """Every .yaml and .yml file below a folder (hidden ones and its scenarios left out), by its path relative to it.

    Raises ConfigError when there is no such folder, or when the files are together larger than a plant can be.
    """
    if not folder.is_dir():
        raise ConfigError(f"there is no folder {folder}", code="plant-folder", hint="dovetail init DIR makes one")
    documents: dict[str, bytes] = {}
    total = 0
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if (
            path.suffix not in (".yaml", ".yml")
            or not path.is_file()
            or name.startswith((".", f"{SCENARIOS}/"))
            or "/." in name
        ):
            continue
        total += path.stat().st_size
        if total > PLANT_FILE_BYTES_MAX:
            raise ConfigError(f"the files below {folder} are larger than a plant can be", code="DT-P004")
        documents[name] = path.read_bytes()
    return documents


def write_folder(folder: Path, documents: Mapping[str, str]) -> None:
    """Write a plant's files. Raises ConfigError, before writing any, rather than overwrite one that differs."""
    for name, content in documents.items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            raise ConfigError(f"{name} lies outside {folder}", code="DT-P026")
        if path.exists() and path.read_text(encoding="utf-8") != content:
            raise ConfigError(
                f"{path} is there already and differs", code="plant-folder", hint="choose an empty folder"
            )
    for name, content in documents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8", newline="")
