"""How plant code names a secret without holding it: `secret://name`."""

from __future__ import annotations

from typing import Final

REFERENCE: Final = "secret://"


def name_of(reference: str) -> str:
    """The name that a reference carries.

    >>> name_of("secret://plc1")
    'plc1'
    """
    return reference.removeprefix(REFERENCE)
