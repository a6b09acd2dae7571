"""What the vault tells: a secret was put or forgotten; who holds it in memory asks again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SecretChanged:
    """The secret of this name is another from now on, or gone."""

    name: str
