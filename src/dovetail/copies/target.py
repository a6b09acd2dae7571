"""What a place must be able to do to hold copies of sites: say what it holds, and swap pieces of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from dovetail.copies.model import Held, Ready, TagName
from dovetail.core.errors import ConfigError


class Copy(Protocol):
    """The copy of one site. One thread. Raises LinkError when time heals it, ConfigError when a person must."""

    def claim(self) -> None:
        """Make what is missing of the tables, and take the site's name; refused where another installation has it."""
        ...

    def take_over(self) -> None:
        """The site's name is this installation's, whoever had it."""
        ...

    def name(self, tags: Sequence[TagName]) -> None:
        """Say what tags are called; those never named before become known."""
        ...

    def settled(self) -> Mapping[int, bytes]:
        """The months of which it may hold anything, with their states when they were equal; empty: they never were."""
        ...

    def settle(self, month: int, state: bytes) -> None:
        """A month is equal, in this state."""
        ...

    def held(self, month: int, tags: Sequence[int]) -> Mapping[int, Sequence[Held]]:
        """The stretches of a month that it holds, by tag; a tag without any may be left out."""
        ...

    def swap(self, month: int, ready: Sequence[Ready]) -> None:
        """Put new stretches in the place of old ones. Killed anywhere, what is half done is told by `held`."""
        ...

    def close(self) -> None:
        """Give connections back."""
        ...


def taken(site: str) -> ConfigError:
    """Two installations that call themselves the same site would undo each other's work for ever."""
    return ConfigError(
        f"another installation forwards as site {site!r}", code="forwarding-site",
        hint="give each site a name of its own, or let the new one take it over: dovetail forwarding run … --take-over",
    )  # fmt: skip
