"""What other systems post to this edge, and the links that take it: whoever runs the web server hands it in here.

The edge knows nothing of the web. A link that is ready stands in the box under its good-through tag; what is handed to
it is durable when `take` returns.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Protocol

from pydantic import Field, model_validator

from dovetail.core.errors import InvalidError
from dovetail.drivers.base import DriverOptions, SecretName

POSTS: Final = "posts"  # the key under which links share the box
FLAWS_MAX: Final = 20  # nobody reads further in an answer; the count of the rest is said


@dataclass(frozen=True, slots=True)
class Post:
    """One body. `key` is the sender's own name for it, by which one that comes twice is known."""

    body: bytes
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong, and where: a JSON pointer into the body."""

    pointer: str
    what: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a body. `is_repeat`: it was taken before, and nothing was taken now."""

    rows: int
    samples: int
    left_out: tuple[Flaw, ...] = ()
    is_repeat: bool = False


class UnfitError(InvalidError):
    """A body that cannot be taken, with all that is wrong in it."""

    code = "intake-unfit"

    def __init__(self, flaws: Sequence[Flaw], *, code: str | None = None, hint: str | None = None) -> None:
        first, more = flaws[0], len(flaws) - 1
        message = f"{first.pointer or 'the body'}: {first.what}" + (f"; and {more} more" if more else "")
        super().__init__(message, pointer=first.pointer, code=code, hint=hint)
        shown = [{"pointer": flaw.pointer, "detail": flaw.what} for flaw in flaws[:FLAWS_MAX]]
        self.members: Mapping[str, Any] = {"errors": shown} if more else {}


class Taker(Protocol):
    """A link that is ready."""

    async def take(self, post: Post) -> Receipt:
        """Durable when it returns. Raises InvalidError and ConflictError for the sender, LinkError for later."""
        ...


class Box:
    """The links of one edge that are ready to take. Lives in the edge's loop."""

    def __init__(self) -> None:
        self._ready: dict[int, Taker] = {}
        self._news = asyncio.Event()

    def open(self, link: int, taker: Taker) -> None:
        """This link takes from now on."""
        self._ready[link] = taker
        self._news.set()
        self._news = asyncio.Event()  # whoever waits now waits for the next

    def close(self, link: int, taker: Taker) -> None:
        """It does not, unless another has taken its place."""
        if self._ready.get(link) is taker:
            del self._ready[link]

    async def taker(self, link: int, *, within_s: float) -> Taker | None:
        """Who takes for a link; one that is just beginning anew is waited for."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while link not in self._ready:
                    await self._news.wait()
        return self._ready.get(link)


class PostedOptions(DriverOptions):
    """Base of the options of every link that others post to: how they prove who they are, and how often they may.

    These are looked at before anything reaches the link, whether it is ready or not.
    """

    token: SecretName | None = Field(
        None, title="Token", description="secret://name; the sender shows it: Authorization: Bearer …"
    )
    signing_secret: SecretName | None = Field(
        None,
        title="Signing secret",
        description="secret://name; the sender signs with it, as Standard Webhooks say (HMAC-SHA256)",
    )
    per_minute: int = Field(
        600, title="Most posts a minute", ge=1, le=12_000, description="a sixth of them at once; more is told to wait"
    )
    max_kb: int = Field(1_000, title="Largest body, kB", ge=1, le=4_500)

    @model_validator(mode="after")
    def _one_proof(self) -> PostedOptions:
        if (self.token is None) == (self.signing_secret is None):
            raise ValueError("a sender proves who it is by `token` or by `signing_secret`: name one of them")
        return self

    def is_insecure(self) -> bool:
        """Nobody posts without a proof."""
        return False
