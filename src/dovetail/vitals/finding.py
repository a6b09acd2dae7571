"""What a look at an installation comes to, one thing at a time."""

from __future__ import annotations

from dataclasses import dataclass

from dovetail.fleet.model import Verdict, Who


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: how it is, in a sentence, and who can mend it how."""

    id: str
    verdict: Verdict
    says: str
    who: Who = "nobody"
    how: str = ""
