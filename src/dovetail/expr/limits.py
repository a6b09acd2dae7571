"""How large an expression may be, with the reasons: whoever may write one must not be able to hold the plant."""

from __future__ import annotations

from typing import Final

from dovetail.core.clock import DAY_US

TEXT_MAX: Final = 2_000  # characters; a longer one is not understood by the next person
NODES_MAX: Final = 120  # parts; each costs one pass over the columns
DEPTH_MAX: Final = 32  # of nesting; the parser's own limit lies higher
STRING_MAX: Final = 400  # characters of a text: a tag's path fits
NUMBER_MAX: Final = 1e300  # beyond it every product is infinite
WINDOW_MIN_US: Final = 100_000  # shorter than any scan: nothing would ever be in it
WINDOW_MAX_US: Final = DAY_US  # a restart reads so much again for every tag; longer sums belong to the ledger
LOOKBACK_MAX_US: Final = 2 * DAY_US  # of windows within windows
