"""What no connection may read: an installation's own folder, with its records, its keys and everybody's samples."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from dovetail.core.errors import ConfigError

OWNED: Final = "owner.lock"  # lies in every data folder that is or was in use


def not_ours(path: Path) -> None:
    """Raise ConfigError for a path in the data folder of an installation, by whatever way it leads there."""
    real = path.resolve()
    for folder in (real, *real.parents):
        if (folder / OWNED).exists():
            raise ConfigError(
                f"{path} lies in the data folder of an installation", code="path-owned",
                hint="what Dovetail keeps itself is read through its API; choose another place",
            )  # fmt: skip
