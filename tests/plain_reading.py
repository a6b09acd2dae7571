"""The definitions of OPC 10000-13 read aloud, one interval of one signal at a time: slow, and nothing is shared with
the columns that it checks."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Literal

from dovetail.aggregates.names import Config
from dovetail.aggregates.status import Bits, Status

type Grade = Literal["good", "uncertain", "bad"]
type Told = tuple[int, float | None, Status, Bits]

QUALITY = {"good": 0xC0, "uncertain": 0x40, "bad": 0x00}
ORDER = ("bad", "uncertain", "good")
RAW = {"good": Status.GOOD, "uncertain": Status.UNCERTAIN, "bad": Status.BAD}
NOTHING = (None, Status.NO_DATA, Bits.RAW)


@dataclass(frozen=True)
class Sample:
    ts: int
    value: float
    grade: Grade


@dataclass(frozen=True)
class Region:
    """A stretch of an interval: its length, the values at its two ends, and what may be said of it."""

    us: int
    first: float
    last: float
    grade: Grade  # of the whole region (5.4.3.2)
    begins: Grade  # of the value it begins with
    sample: Sample | None


@dataclass(frozen=True)
class Reading:
    samples: list[Sample]
    until: int
    config: Config

    def is_bad(self, sample: Sample) -> bool:
        return sample.grade == "bad" or (sample.grade == "uncertain" and self.config.treat_uncertain_as_bad)

    def before(self, t: int) -> list[Sample]:
        return [sample for sample in self.samples if sample.ts < t]

    def after(self, t: int) -> list[Sample]:
        return [sample for sample in self.samples if sample.ts > t]

    def exactly(self, t: int) -> Sample | None:
        return next((sample for sample in reversed(self.samples) if sample.ts == t), None)  # of several the last holds

    # --- bounds -------------------------------------------------------------------------------------------------

    def simple(self, t: int) -> tuple[float, Status] | None:
        """3.1.9; None: Bad_NoData."""
        there = self.exactly(t)
        if there is not None:
            return None if self.is_bad(there) else (there.value, RAW[there.grade])
        earlier, later = self.before(t), self.after(t)
        if not earlier or self.is_bad(earlier[-1]):
            return None
        last, subnormal = earlier[-1], earlier[-1].grade == "uncertain"
        if self.config.stepped:
            return last.value, Status.SUBNORMAL if subnormal else Status.GOOD
        if not later or self.is_bad(later[0]):
            return last.value, Status.SUBNORMAL
        subnormal = subnormal or later[0].grade != "good"
        return on_line(last, later[0], t), Status.SUBNORMAL if subnormal else Status.GOOD

    def regions(self, start: int, end: int) -> list[Region]:
        """The interval's time as far as there are samples, cut at each of them."""
        end = min(end, self.until)
        moments = [start, *(sample.ts for sample in self.samples if start < sample.ts < end), end]
        return [self._region(a, b) for a, b in itertools.pairwise(moments) if self.samples[0].ts <= a]

    def _region(self, a: int, b: int) -> Region:
        sample = self.exactly(a) or self.before(a)[-1]
        later = self.after(a)
        if self.is_bad(sample):
            return Region(b - a, 0.0, 0.0, "bad", "bad", sample)
        bound = self.simple(a)
        assert bound is not None
        begins: Grade = "good" if bound[1] == Status.GOOD else "uncertain"
        last = bound[0]
        grade: Grade = sample.grade
        if not self.config.stepped:
            if not later or later[0].grade != "good":
                grade = "uncertain"
            if later and not self.is_bad(later[0]):
                last = on_line(sample, later[0], b)
        return Region(b - a, bound[0], last, grade, begins, sample)

    # --- status -------------------------------------------------------------------------------------------------

    def lead(self, start: int, end: int) -> int:
        return max(min(self.samples[0].ts, end) - start, 0)

    def by_share(self, bad: float, good: float, whole: float) -> Status:
        if bad > 0 and bad * 100 >= whole * self.config.percent_bad:
            return Status.BAD
        return Status.GOOD if good * 100 >= whole * self.config.percent_good else Status.SUBNORMAL

    def by_time(self, start: int, end: int) -> Status:
        regions = self.regions(start, end)
        bad = sum(region.us for region in regions if region.grade == "bad") + self.lead(start, end)
        good = sum(region.us for region in regions if region.grade == "good")
        return self.by_share(bad, good, min(end, self.until) - start)

    def by_count(self, inside: list[Sample]) -> Status:
        bad = sum(self.is_bad(sample) for sample in inside)
        good = sum(sample.grade == "good" for sample in inside)
        return self.by_share(bad, good, len(inside)) if inside else Status.GOOD

    # --- aggregates ---------------------------------------------------------------------------------------------

    def of(self, name: str, start: int, end: int) -> Told:
        if name == "Interpolative":
            return self._interpolative(start)
        if not self.samples or end <= self.samples[0].ts or start >= self.until:
            return (start, *NOTHING)
        inside = [sample for sample in self.samples if start <= sample.ts < end]
        ts, value, status, bits = self._of(name, start, end, inside)
        if value is None and status != Status.BAD:
            return (start, *NOTHING)
        if status in (Status.BAD, Status.NO_DATA):
            return (start if status == Status.NO_DATA else ts, None, status, Bits.RAW)
        partial = start < self.samples[0].ts or end > self.until
        return ts, value, status, bits | (Bits.PARTIAL if partial and name != "Average" else Bits.RAW)

    def _of(self, name: str, start: int, end: int, inside: list[Sample]) -> Told:
        good = [sample for sample in inside if sample.grade == "good"]
        calculated = Bits.CALCULATED
        match name:
            case "Average":
                mean = sum(sample.value for sample in good) / len(good) if good else None
                return start, mean, self.by_count(inside) if good else Status.NO_DATA, calculated
            case "Count":
                return start, float(len(good)), self.by_count(inside), calculated
            case "NumberOfTransitions":
                return start, float(self._transitions(start, end)), self.by_count(inside), calculated
            case "Start" | "End":
                if not inside:
                    return (start, *NOTHING)
                one = inside[0] if name == "Start" else inside[-1]
                return one.ts, one.value, RAW[one.grade], Bits.RAW
            case "Delta":
                if not good:
                    return (start, *NOTHING)
                clean = good[0] is inside[0] and good[-1] is inside[-1]
                value = good[-1].value - good[0].value
                return start, value, Status.GOOD if clean else Status.SUBNORMAL, calculated
            case "WorstQuality" | "WorstQuality2":
                return self._worst(start, inside, with_bound=name.endswith("2"))
            case "Minimum" | "Maximum" | "MinimumActualTime" | "MaximumActualTime" | "Range":
                return self._extreme(name, start, inside)
            case _ if name.startswith(("Standard", "Variance")):
                return start, self._spread(name, good), self._clean(good, inside), calculated
            case _:
                return self._over_time(name, start, end)

    def _clean(self, good: list[Sample], inside: list[Sample]) -> Status:
        return Status.GOOD if len(good) == len(inside) else Status.SUBNORMAL

    def _spread(self, name: str, good: list[Sample]) -> float | None:
        if not good:
            return None
        mean = math.fsum(sample.value for sample in good) / len(good)
        squares = math.fsum((sample.value - mean) ** 2 for sample in good)
        variance = squares / (max(len(good) - 1, 1) if name.endswith("Sample") else len(good))
        return variance if name.startswith("Variance") else math.sqrt(variance)

    def _transitions(self, start: int, end: int) -> int:
        usable = [sample for sample in self.samples if not self.is_bad(sample)]
        pairs = zip([None, *usable], usable, strict=False)
        return sum(start <= now.ts < end and (then is None or then.value != now.value) for then, now in pairs)

    def _worst(self, start: int, inside: list[Sample], *, with_bound: bool) -> Told:
        grades: list[tuple[str, int]] = [(sample.grade, QUALITY[sample.grade]) for sample in inside]
        if with_bound and self.exactly(start) is None:
            bound = self.simple(start)
            grade = "bad" if bound is None else "good" if bound[1] == Status.GOOD else "uncertain"
            grades.insert(0, (grade, QUALITY[grade]))
        if not grades:
            return (start, *NOTHING)
        worst = min(grades, key=lambda grade: ORDER.index(grade[0]))
        many = sum(grade[0] == worst[0] for grade in grades) > 1
        return start, float(worst[1]), Status.GOOD, Bits.CALCULATED | (Bits.MULTIPLE_VALUES if many else Bits.RAW)

    def _extreme(self, name: str, start: int, inside: list[Sample]) -> Told:
        good = [sample for sample in inside if sample.grade == "good"]
        if not good:
            return (start, *NOTHING)
        low, high = min(s.value for s in good), max(s.value for s in good)
        bad = any(self.is_bad(sample) for sample in inside)
        unsure = [sample.value for sample in inside if sample.grade == "uncertain"]
        below, above = any(value < low for value in unsure), any(value > high for value in unsure)
        if name == "Range":
            doubt = bad or below or above
            return start, high - low, Status.SUBNORMAL if doubt else Status.GOOD, Bits.CALCULATED
        value = low if name.startswith("Min") else high
        doubt = bad or (below if name.startswith("Min") else above)
        same = [sample for sample in good if sample.value == value]
        many = Bits.MULTIPLE_VALUES if len(same) > 1 else Bits.RAW
        status = Status.SUBNORMAL if doubt else Status.GOOD
        if name.endswith("Time"):
            return same[0].ts, value, status, many
        raw = same[0].ts == start and not doubt
        return start, value, status, many | (Bits.RAW if raw else Bits.CALCULATED)

    def _over_time(self, name: str, start: int, end: int) -> Told:
        regions = self.regions(start, end)
        covered = [region for region in regions if region.grade != "bad"]
        covered_us = sum(region.us for region in covered)
        area = math.fsum((region.first + region.last) / 2 * region.us for region in covered)
        width = min(end, self.until) - start
        good_us = sum(region.us for region in regions if region.begins == "good")
        bad_us = sum(region.us for region in regions if region.begins == "bad") + self.lead(start, end)
        calculated = Bits.CALCULATED
        match name:
            case "TimeAverage2" | "Total2":
                if not covered_us:
                    return (start, *NOTHING)
                value = area / covered_us if name == "TimeAverage2" else area / 1e6
                return start, value, self.by_time(start, end), calculated
            case "TimeAverage" | "Total":
                return self._on_lines(name, start, end)
            case "DurationGood" | "PercentGood":
                value = good_us / 1_000 if name == "DurationGood" else good_us / width * 100
                return start, value, Status.GOOD, calculated
            case "DurationBad" | "PercentBad":
                value = bad_us / 1_000 if name == "DurationBad" else bad_us / width * 100
                return start, value, Status.GOOD, calculated
            case "DurationInStateZero" | "DurationInStateNonZero":
                zero = name.endswith("StateZero")
                us = sum(
                    r.us for r in regions if r.sample and r.sample.grade == "good" and (r.sample.value == 0) == zero
                )
                return start, us / 1_000, self.by_time(start, end), calculated
            case _:
                return self._with_bounds(name, start, end)

    def _with_bounds(self, name: str, start: int, end: int) -> Told:
        first, last = self.simple(start), self.simple(end) if end <= self.until else None
        match name:
            case "StartBound":
                raw = Bits.RAW if self.exactly(start) else Bits.INTERPOLATED
                return (start, *NOTHING) if first is None else (start, *first, raw)
            case "EndBound":
                return (start, *NOTHING) if last is None else (start, *last, Bits.CALCULATED)
            case "DeltaBounds":
                if first is None or last is None:
                    return (start, *NOTHING)
                good = first[1] == last[1] == Status.GOOD
                return start, last[0] - first[0], Status.GOOD if good else Status.SUBNORMAL, Bits.CALCULATED
            case "Range2":
                low, high = (self._with_bounds(which, start, end) for which in ("Minimum2", "Maximum2"))
                if low[1] is None or high[1] is None or low[2] == Status.BAD:
                    return (start, *NOTHING)
                return start, high[1] - low[1], low[2], Bits.CALCULATED
            case _:
                return self._outermost(name, start, end)

    def _outermost(self, name: str, start: int, end: int) -> Told:
        inside = [s for s in self.samples if start <= s.ts < end and not self.is_bad(s)]
        found: list[tuple[float, int, Bits]] = []
        first = self.simple(start)
        if first is not None and self.exactly(start) is None:
            found.append((first[0], start, Bits.INTERPOLATED))
        for sample in inside:
            raw = sample.ts == start or "Time" in name
            found.append((sample.value, sample.ts, Bits.RAW if raw else Bits.CALCULATED))
        last = self.simple(end) if not self.config.stepped and end <= self.until else None
        if last is not None and (self.exactly(end) or self.after(end)):
            found.append((last[0], end - self.config.resolution_us, Bits.INTERPOLATED))
        if not found:
            return (start, *NOTHING)
        value = (min if name.startswith("Min") else max)(one[0] for one in found)
        same = [one for one in found if one[0] == value]
        bits = same[0][2] | (Bits.MULTIPLE_VALUES if len(same) > 1 else Bits.RAW)
        return same[0][1] if "Time" in name else start, value, self.by_time(start, end), bits

    # --- bounds that pass over what is BAD (3.1.8) --------------------------------------------------------------

    def line(self, t: int) -> tuple[float, bool]:
        """(the value at `t`, whether it is to be believed), with straight lines; there is one at or before."""
        usable = [sample for sample in self.samples if not self.is_bad(sample)]
        last = [sample for sample in usable if sample.ts <= t][-1]
        later = [sample for sample in usable if sample.ts > t]
        if not later:
            if self.config.sloped_extrapolation and len(usable) > 1 and usable[-2].ts < last.ts:
                return on_line(usable[-2], usable[-1], t), False
            return last.value, False
        passed = any(last.ts < sample.ts < later[0].ts for sample in self.samples)
        return on_line(last, later[0], t), not passed and last.grade == later[0].grade == "good"

    def _interpolative(self, t: int) -> Told:
        usable = [sample for sample in self.samples if not self.is_bad(sample) and sample.ts <= t]
        if not usable:
            return (t, *NOTHING)
        if usable[-1].ts == t:  # what is BAD is passed over, at that very moment too
            return t, usable[-1].value, RAW[usable[-1].grade], Bits.RAW
        value, believed = self.line(t)
        if self.config.stepped:
            last = usable[-1]
            extrapolated = self.config.sloped_extrapolation and t >= self.until
            newest = not [s for s in self.samples if not self.is_bad(s) and s.ts > t]
            value = value if extrapolated and newest else last.value
            passed = any(last.ts < sample.ts <= t for sample in self.samples)
            believed = last.grade == "good" and not passed and t < self.until
        return t, value, Status.GOOD if believed else Status.SUBNORMAL, Bits.INTERPOLATED

    def _on_lines(self, name: str, start: int, end: int) -> Told:
        values = [(sample.ts, sample.value) for sample in self.samples if not self.is_bad(sample)]
        usable = [ts for ts, _ in values]
        if not usable or usable[0] >= end:
            return (start, *NOTHING)
        begin = max(start, usable[0])
        moments = [begin, *(ts for ts in usable if begin < ts < end), end]
        area, believed = 0.0, begin == start
        for a, b in itertools.pairwise(moments):
            value, good = self.line(a)
            nearly = self.line(b)[0] if b not in usable else next(value for ts, value in values if ts == b)
            area += (value + nearly) / 2 * (b - a)
            later = [ts for ts in usable if ts > a]
            inner = self.line(a if not later or later[0] - a < 2 else a + 1)[1] if later else False
            believed = believed and (good if later and later[0] - a < 2 else inner)
        mean = area / (end - begin)
        value = mean if name == "TimeAverage" else mean * (end - start) / 1e6
        return start, value, Status.GOOD if believed else Status.SUBNORMAL, Bits.CALCULATED


def on_line(a: Sample, b: Sample, t: int) -> float:
    return a.value + (b.value - a.value) * (t - a.ts) / (b.ts - a.ts)
