"""Which stretches of a computed tag are to be computed again: a sample came late, or the expression is another."""

from __future__ import annotations

from dataclasses import dataclass, field

GAP_US = 60_000_000  # stretches this near each other are one: asking the historian twice costs more


@dataclass(slots=True)
class Stretches:
    """Of one tag, ascending and apart: (first µs, last µs), both included."""

    spans: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])

    def __bool__(self) -> bool:
        return bool(self.spans)

    def add(self, first_us: int, last_us: int) -> None:
        """Remember a stretch."""
        merged: list[tuple[int, int]] = []
        for first, last in sorted([*self.spans, (first_us, last_us)]):
            if merged and first <= merged[-1][1] + GAP_US:
                merged[-1] = (merged[-1][0], max(merged[-1][1], last))
            else:
                merged.append((first, last))
        self.spans = merged

    def take(self, length_us: int) -> tuple[int, int]:
        """The first stretch, at most so long; the rest of it stays."""
        (first, last), *others = self.spans
        if last - first >= length_us:
            others.insert(0, (first + length_us, last))
            last = first + length_us - 1
        self.spans = others
        return first, last
