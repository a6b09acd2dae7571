"""Tables that the standard does not print, worked out by hand from its text: aggregates without an example.

The signals and the way of writing are those of `part13_examples`; intervals of 20 s. In short, Historian 1 (sloped,
uncertain counts): 10, 20, 30 at 10, 20, 30 s; BAD at 40; 50, 60 at 50, 60; an uncertain 70 at 70; 80, 90 at 80, 90.
It is known until 1 ms after 90 s. Before 10 s, from 40 to 50 s and from 90.001 s on nothing is known. The first and
the last interval are therefore partial (P); one with a BAD or an uncertain sample or stretch in it is U.
"""

from __future__ import annotations

from typing import Final

DERIVED: Final[list[tuple[str, int, str, str]]] = [  # aggregate, historian, results in order, and how one comes to them
    ("Range", 1, "0 GCP, 10 GC, 0 UC, 0 UC, 10 GCP",
     "highest less lowest GOOD sample: 10 alone; 20 and 30; 50 alone beside a BAD; 60 alone beside an "
     "uncertain; 80 and 90"),
    ("Delta", 1, "0 GCP, 10 GC, 0 UC, 0 UC, 10 GCP",
     "last GOOD sample less the first: the signal rises, so it is the range; one sample alone is both"),
    ("StartBound", 1, "N, 20 G, N, 60 G, 80 GP",
     "the simple bounding value at the start: none before 10 s; samples as they came at 20, 60 and 80; the one at 40 "
     "is BAD, which is no value to begin with"),
    ("EndBound", 1, "20 GCP, N, 60 GC, 80 GC, N",
     "the same at the end (5.4.3.29): at 20, 60, 80; BAD at 40; nothing is known at 100"),
    ("DeltaBounds", 1, "N, N, N, 20 GC, N",
     "end bound less start bound, where both are (5.4.3.30): from 60 to 80 alone"),
    ("Maximum2", 1, "20 UIP, 30 UC, 60 UI, 80 UI, 90 UCP",
     "the GOOD samples and both bounds: the rising signal is highest at its end bound, 20, 60 and 80, which is "
     "interpolated; where that bound is none, at the last sample, 30 and 90, which is not at the interval's start"),
    ("Range2", 1, "10 UCP, 10 UC, 10 UC, 20 UC, 10 UCP",
     "Maximum2 less Minimum2, which is the first that is known of each: 20-10, 30-20, 60-50, 80-60, 90-80"),
    ("StandardDeviationPopulation", 1, "0 GCP, 5 GC, 0 UC, 0 UC, 5 GCP",
     "20 and 30 lie 5 from their mean, so do 80 and 90; divided by n, not n-1; one sample alone has 0"),
    ("VariancePopulation", 1, "0 GCP, 25 GC, 0 UC, 0 UC, 25 GCP", "its square"),
    ("Total", 1, "300 UCP, 600 UC, 1000 UC, 1400 UC, 1750 UCP",
     "TimeAverage times the interval's 20 s; its table says 15, 30, 50, 70, 87.5: BAD time is bridged"),
    ("Total2", 1, "150 UCP, 550 UC, 550 UC, 1400 UC, 850.09 UCP",
     "only the time that is not BAD: 15 x 10 s; 25 x 10 s and 30 held for 10 s, for what follows is BAD; 55 x 10 s; "
     "65 x 10 s and 75 x 10 s; 85 x 10 s and 90 held for 1 ms"),
    ("WorstQuality", 1, "192 GCP, 192 GCM, 0 GC, 64 GC, 192 GCPM",
     "of the samples: GOOD, once; GOOD, twice; BAD; uncertain; GOOD, twice"),
    ("WorstQuality2", 1, "0 GCP, 192 GCM, 0 GC, 64 GC, 192 GCPM",
     "and of the start bound, which at 0 s is BAD; at the others it is a sample of the interval"),
    ("NumberOfTransitions", 4, "1 GCP, 2 GC, 1 UC, 0 UC, 3 GCP",
     "changes against the non-BAD value before, also of another interval; with none before it is one (5.4.3.24). "
     "Uncertain counts as BAD here. 2: 1; 25: 0, 28: 1, 39: the same; 42: BAD, 48: as before it, 52: 0; 72: the same, "
     "77: passed over; 83: 1, 86: 0, 90: 1"),
]  # fmt: skip
