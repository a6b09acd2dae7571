"""Every parser that this program owns, by what it reads from outside."""

from __future__ import annotations

import fuzz_between
import fuzz_brokers
import fuzz_memory
import fuzz_named
import fuzz_rows
import fuzz_stored
import fuzz_streams
import fuzz_words

TARGETS = [
    *fuzz_memory.TARGETS,
    *fuzz_named.TARGETS,
    *fuzz_brokers.TARGETS,
    *fuzz_streams.TARGETS,
    *fuzz_rows.TARGETS,
    *fuzz_words.TARGETS,
    *fuzz_stored.TARGETS,
    *fuzz_between.TARGETS,
]
