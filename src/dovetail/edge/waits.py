"""One link whose device sends more than can be kept: how long it had to wait, and what is not proved meanwhile."""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from dovetail.core.clock import SECOND_US, Clock
from dovetail.core.errors import LinkError
from dovetail.core.limits import HELD_MAX_S
from dovetail.drivers.base import Alive, Notice
from dovetail.drivers.flow import Flow
from dovetail.drivers.within import within
from dovetail.links.metrics import Metrics

QUIET_US: Final = 60 * SECOND_US  # held again within a minute is the same overload, and was said

log = logging.getLogger(__name__)


class Waits:
    """Follows the flow of one link while it is connected. Times are monotonic µs."""

    def __init__(self, name: str, flow: Flow, clock: Clock, metrics: Metrics) -> None:
        self.flow = flow
        self._name = name
        self._clock = clock
        self._metrics = metrics
        self._since_us: int | None = None  # held and not counted yet since then
        self._last_us: int | None = None  # when it was last held
        self._is_behind = False  # what was sent before now may lie unread on its way

    @contextmanager
    def followed(self) -> Generator[None]:
        """While the block lasts the link is connected, and its device may have to wait."""
        self._is_behind = False
        with self.flow.followed(self._hold, self._go_on):
            try:
                yield
            finally:
                self.count()
                self._since_us = None

    def count(self) -> None:
        """What it has waited until now, for people."""
        if self._since_us is not None:
            now_us = self._clock.monotonic_us()
            self._metrics.held(now_us, now_us - self._since_us)
            self._since_us = self._last_us = now_us

    async def room(self) -> None:
        """Until the link may read on. Raises LinkError when what lies between can no longer be known."""
        if self.flow.is_held:
            try:
                await within(self._clock, self.flow.free(), what="room in the store", limit_s=HELD_MAX_S)
            except LinkError as error:
                raise _full() from error

    def blame(self, error: LinkError) -> LinkError:
        """Why an answer did not come: where we do not read, it is not the device."""
        return _full() if self.flow.is_held and error.code == "link-timeout" else error

    def proves(self, alive: Alive, turns: int) -> bool:
        """Whether an answer that was asked for at this turn says that everything before the question is here."""
        is_untouched = turns == self.flow.turns and not self.flow.is_held
        self._is_behind = self._is_behind and not is_untouched
        return is_untouched or alive.in_order

    def true_of(self, notice: Notice) -> Notice:
        """What a message says of the others: while more lies on its way, only the device's own closing proves that."""
        if self._is_behind and notice.has == "all" and notice.device_us is None:
            return replace(notice, has="more")
        return notice

    def _hold(self) -> None:
        now_us = self._since_us = self._clock.monotonic_us()
        self._is_behind = True
        is_news = self._last_us is None or now_us - self._last_us > QUIET_US
        if is_news and self.flow.whose == "its own":  # what holds all is said once, by whoever holds them
            log.warning("%s sends more than can be kept: it is read more slowly", self._name)
        self._last_us = now_us

    def _go_on(self) -> None:
        self.count()
        self._since_us = None


def _full() -> LinkError:
    return LinkError("the store does not keep up: values since then are a declared gap", code="store-full")
