"""The examples of OPC 10000-13 Annex A: five signals, and what each aggregate makes of them from 12:00:00 to 12:01:40.

Typed from the published tables (A.2 to A.36 of v1.04; AggregateExamples.csv of v1.05.07, the newer where both have a
row). Left out are rows that contradict the standard's own text, which is followed: `CONTRADICT` says which and why.
The archive entry "12:00:00 Bad_NoData, point created" is no sample: the examples treat what lies before the first
value as before the start of data, and so do we. Their clock has a resolution of 1 ms.

A result is written: value @time status. Time in seconds after 12:00:00 where it is not the interval's start; status
G good, U UncertainDataSubNormal, u uncertain, N BadNoData, B bad; then C calculated, I interpolated, P partial,
M multiple values; neither C nor I: raw.
"""

from __future__ import annotations

from typing import Final

from dovetail.aggregates.names import Config

SAMPLES: Final[dict[int, str]] = {
    1: "10 10 G, 20 20 G, 30 30 G, 40 - B, 50 50 G, 60 60 G, 70 70 u, 80 80 G, 90 90 G",
    2: "2 10 G, 25 20 G, 28 25 G, 39 30 G, 42 - B, 48 40 G, 52 50 G, 72 60 G, 77 70 u, 83 70 G, 86 80 G, 90 90 G",
    3: "2 10 G, 25 20 G, 28 25 G, 39 30 G, 42 - B, 48 40 G, 52 50 G, 72 60 G, 77 70 u, 83 70 G, 86 80 G, 90 90 G",
    4: "2 1 G, 25 0 G, 28 1 G, 39 1 G, 42 - B, 48 1 G, 52 0 G, 72 0 G, 77 1 u, 83 1 G, 86 0 G, 90 1 G",
    5: "2 10 G, 25 20 G, 28 10 G, 39 30 G, 42 - B, 48 30 G, 52 50 G, 72 30 G, 77 70 u, 83 70 G, 86 80 G, 90 70 G",
}
CONFIGS: Final[dict[int, Config]] = {
    1: Config(stepped=False, treat_uncertain_as_bad=False, resolution_us=1_000),
    2: Config(stepped=False, treat_uncertain_as_bad=True, sloped_extrapolation=True, resolution_us=1_000),
    3: Config(stepped=True, treat_uncertain_as_bad=True, percent_bad=50, percent_good=50, resolution_us=1_000),
    4: Config(stepped=True, treat_uncertain_as_bad=True, resolution_us=1_000),
    5: Config(stepped=False, treat_uncertain_as_bad=False, resolution_us=1_000),
}

CONTRADICT: Final = """
Count, Historian 3, 12:00:32 and 12:01:04: one GOOD and one BAD sample with PercentDataBad = 50 are "Good" in the table;
  5.4.3.2.1 says BAD at a share "greater than or equal to" PercentDataBad, and asks that first.
Maximum, Historian 5, 12:01:04: "Good" in the table, though an uncertain 70 stands above the GOOD 30; 5.4.3.11 says that
  this is UncertainDataSubNormal.
"""
LEFT_OUT: Final = "?"  # such a row

# aggregate, seconds of an interval, then per historian its results in order
TABLES: Final[list[tuple[str, int, dict[int, str]]]] = [
    ("Interpolative", 5, {
        1: "N, N, 10 G, 15 GI, 20 G, 25 GI, 30 G, 35 UI, 40 UI, 45 UI, 50 G, 55 GI, 60 G, 65 UI, 70 u, 75 UI, 80 G, "
           "85 GI, 90 G, 90 UI",
        2: "N, 11.304 GI, 13.478 GI, 15.652 GI, 17.826 GI, 20 G, 25.909 GI, 28.182 GI, 31.111 UI, 36.667 UI, 45 GI, "
           "51.5 GI, 54 GI, 56.5 GI, 59 GI, 62.727 UI, 67.273 UI, 76.667 GI, 90 G, 102.5 UI",
        3: "N, 10 GI, 10 GI, 10 GI, 10 GI, 20 G, 25 GI, 25 GI, 30 GI, 30 UI, 40 GI, 50 GI, 50 GI, 50 GI, 50 GI, 60 GI, "
           "60 UI, 70 GI, 90 G, 90 UI",
        5: "N, 11.3043 GI, 13.4783 GI, 15.6522 GI, 17.8261 GI, 20 G, 13.6364 GI, 22.7273 GI, 30 UI, 30 UI, 40 GI, "
           "47 GI, 42 GI, 37 GI, 32 GI, 54 UI, 70 UI, 76.6667 GI, 70 G, 70 UI",
    }),
    ("Average", 5, {
        1: "N, N, 10 GC, N, 20 GC, N, 30 GC, N, N, N, 50 GC, N, 60 GC, N, N, N, 80 GC, N, 90 GC, N",
        2: "10 GC, N, N, N, N, 22.5 GC, N, 30 GC, N, 40 GC, 50 GC, N, N, N, 60 GC, N, 70 GC, 80 GC, 90 GC, N",
        3: "10 GC, N, N, N, N, 22.5 GC, N, 30 GC, N, 40 GC, 50 GC, N, N, N, 60 GC, N, 70 GC, 80 GC, 90 GC, N",
        5: "10 GC, N, N, N, N, 15 GC, N, 30 GC, N, 30 GC, 50 GC, N, N, N, 30 GC, N, 70 GC, 80 GC, 70 GC, N",
    }),
    ("TimeAverage", 5, {
        1: "N, N, 12.5 GC, 17.5 GC, 22.5 GC, 27.5 GC, 32.5 UC, 37.5 UC, 42.5 UC, 47.5 UC, 52.5 GC, 57.5 GC, 62.5 UC, "
           "67.5 UC, 72.5 UC, 77.5 UC, 82.5 GC, 87.5 GC, 90 UCP, N",
        2: "10.652 UCP, 12.391 GC, 14.565 GC, 16.739 GC, 18.913 GC, 23.682 GC, 27.045 GC, 29.384 UC, 33.889 UC, 40 UC, "
           "49.45 GC, 52.75 GC, 55.25 GC, 57.75 GC, 60.618 UC, 65 UC, 70.515 UC, 83.667 GC, 96.25 UCP, N",
        3: "10.652 UCP, 12.391 GC, 14.565 GC, 16.739 GC, 18.913 GC, 23.682 GC, 27.045 GC, 29.384 UC, 33.889 UC, 40 UC, "
           "49.45 GC, 52.75 GC, 55.25 GC, 57.75 GC, 60.618 UC, 65 UC, 70.515 UC, 83.667 GC, 90 UCP, N",
        5: "10.6522 UCP, 12.3913 GC, 14.5652 GC, 16.7391 GC, 18.913 GC, 13.7273 GC, 18.1818 GC, 27.0909 UC, 30 UC, "
           "32 UC, 47.1 GC, 44.5 GC, 39.5 GC, 34.5 GC, 37.6 UC, 66.8 UC, 71.3333 UC, 75.6667 GC, 70 UCP, N",
    }),
    ("TimeAverage2", 5, {
        1: "N, N, 12.5 GC, 17.5 GC, 22.5 GC, 27.5 GC, 30 UC, 30 UC, N, N, 52.5 GC, 57.5 GC, 62.5 UC, 67.5 UC, 72.5 UC, "
           "77.5 UC, 82.5 GC, 87.5 GC, 90 UCP, N",
        2: "10.652 UCP, 12.391 GC, 14.565 GC, 16.739 GC, 18.913 GC, 23.682 GC, 27.046 GC, 29.273 UC, 30 UC, 42.5 UC, "
           "49.45 GC, 52.75 GC, 55.25 GC, 57.75 GC, 59.8 UC, ?, ?, ?, ?, ?",
    }),
    ("Minimum", 16, {
        1: "10 GCP, 20 GC, N, 50 GC, N, 80 GP, N",
        2: "10 GCP, 20 GC, 30 UC, 40 G, 60 UC, 70 GCP, N",
        3: "10 GCP, 20 GC, 30 UC, 40 G, 60 UC, 70 GCP, N",
        5: "10 GCP, 10 GC, 30 UC, 30 G, 30 GC, 70 GCPM, N",
    }),
    ("Maximum", 16, {
        1: "10 GCP, 30 GC, N, 60 GC, N, 90 GCP, N",
        2: "10 GCP, 25 GC, 30 UC, 50 GC, 60 UC, 90 GCP, N",
        3: "10 GCP, 25 GC, 30 UC, 50 GC, 60 UC, 90 GCP, N",
        5: "10 GCP, 20 GC, 30 UC, 50 GC, ?, 80 GCP, N",
    }),
    ("MinimumActualTime", 16, {
        1: "10 @10 GP, 20 @20 G, N, 50 @50 G, N, 80 @80 GP, N",
        2: "10 @2 GP, 20 @25 G, 30 @39 U, 40 @48 G, 60 @72 U, 70 @83 GP, N",
        3: "10 @2 GP, 20 @25 G, 30 @39 U, 40 @48 G, 60 @72 U, 70 @83 GP, N",
    }),
    ("MaximumActualTime", 16, {
        1: "10 @10 GP, 30 @30 G, N, 60 @60 G, N, 90 @90 GP, N",
        2: "10 @2 GP, 25 @28 G, 30 @39 U, 50 @52 G, 60 @72 U, 90 @90 GP, N",
        3: "10 @2 GP, 25 @28 G, 30 @39 U, 50 @52 G, 60 @72 U, 90 @90 GP, N",
    }),
    ("Minimum2", 16, {
        1: "10 UCP, 16 UI, 30 UI, 50 UC, 64 UI, 80 UP, N",
        2: "10 UCP, 16.087 GI, 26.818 UI, 40 G, 56 UI, 70 UCP, N",
        3: "10 GCP, 10 GI, 25 GI, 40 G, 50 GI, 70 GCP, N",
    }),
    ("MinimumActualTime2", 16, {
        1: "10 @10 UP, 16 UI, 30 UI, 50 @50 U, 64 UI, 80 UP, N",
        2: "10 @2 UP, 16.087 GI, 26.818 UI, 40 G, 56 UI, 70 @83 UP, N",
        3: "10 @2 GP, 10 GI, 25 GI, 40 G, 50 GI, 70 @83 GP, N",
    }),
    ("MaximumActualTime2", 16, {
        1: "16 @15.999 UIP, 30 @30 UM, 30 UI, 64 @63.999 UI, 80 @79.999 UI, 90 @90 UP, N",
        2: "16.087 @15.999 UIP, 26.818 @31.999 GI, 40 @47.999 UI, 56 @63.999 GI, 60 @72 U, 90 @90 UP, N",
        3: "10 @2 GP, 25 @28 G, 30 @39 G, 50 @52 G, 60 @72 G, 90 @90 GP, N",
    }),
    ("Count", 16, {
        1: "1 GCP, 2 GC, B, 2 GC, 0 UC, 2 GCP, N",
        2: "1 GCP, 2 GC, 1 UC, 2 GC, 1 UC, 3 GCP, N",
        3: "1 GCP, 2 GC, ?, 2 GC, ?, 3 GCP, N",
        4: "1 GCP, 2 GC, 1 UC, 2 GC, 1 UC, 3 GCP, N",
        5: "1 GCP, 2 GC, 1 UC, 2 GC, 1 UC, 3 GCP, N",
    }),
    ("Start", 16, {
        1: "10 @10 GP, 20 @20 G, @40 B, 50 @50 G, 70 @70 u, 80 @80 GP, N",
        2: "10 @2 GP, 20 @25 G, 30 @39 G, 40 @48 G, 60 @72 G, 70 @83 GP, N",
        3: "10 @2 GP, 20 @25 G, 30 @39 G, 40 @48 G, 60 @72 G, 70 @83 GP, N",
        5: "10 @2 GP, 20 @25 G, 30 @39 G, 30 @48 G, 30 @72 G, 70 @83 GP, N",
    }),
    ("End", 16, {
        1: "10 @10 GP, 30 @30 G, @40 B, 60 @60 G, 70 @70 u, 90 @90 GP, N",
        2: "10 @2 GP, 25 @28 G, @42 B, 50 @52 G, 70 @77 u, 90 @90 GP, N",
        3: "10 @2 GP, 25 @28 G, @42 B, 50 @52 G, 70 @77 u, 90 @90 GP, N",
        5: "10 @2 GP, 10 @28 G, @42 B, 50 @52 G, 70 @77 u, 70 @90 GP, N",
    }),
    ("StandardDeviationSample", 20, {
        1: "0 GCP, 7.071 GC, 0 UC, 0 UC, 7.071 GCP",
        2: "0 GCP, 5 GC, 7.071 UC, 0 UC, 10 GCP",
        3: "0 GCP, 5 GC, 7.071 UC, 0 UC, 10 GCP",
        5: "0 GCP, 10 GC, 14.142 UC, 0 UC, 5.7735 GCP",
    }),
    ("VarianceSample", 20, {
        1: "0 GCP, 50 GC, 0 UC, 0 UC, 50 GCP",
        2: "0 GCP, 25 GC, 50 UC, 0 UC, 100 GCP",
        3: "0 GCP, 25 GC, 50 UC, 0 UC, 100 GCP",
    }),
    ("DurationInStateZero", 16, {4: "0 UCP, 3000 GC, 0 UC, 12000 GC, 13000 UC, 4000 UCP, N"}),
    ("DurationInStateNonZero", 16, {4: "14000 UCP, 13000 GC, 10000 UC, 4000 GC, 0 UC, 3001 UCP, N"}),
    ("DurationGood", 16, {
        1: "6000 GCP, 16000 GC, 0 GC, 14000 GC, 0 GC, 10001 GCP, N",
        2: "14000 GCP, 16000 GC, 10000 GC, 16000 GC, 13000 GC, 7001 GCP, N",
        3: "14000 GCP, 16000 GC, 10000 GC, 16000 GC, 13000 GC, 7001 GCP, N",
    }),
    ("DurationBad", 16, {
        1: "10000 GCP, 0 GC, 8000 GC, 2000 GC, 0 GC, 0 GCP, N",
        2: "2000 GCP, 0 GC, 6000 GC, 0 GC, 3000 GC, 3000 GCP, N",
        3: "2000 GCP, 0 GC, 6000 GC, 0 GC, 3000 GC, 3000 GCP, N",
        4: "2000 GCP, 0 GC, 6000 GC, 0 GC, 3000 GC, 3000 GCP, N",
    }),
    ("PercentGood", 16, {
        1: "37.5 GCP, 100 GC, ?, 87.5 GC, 0 GC, 100 GCP, N",
        2: "87.5 GCP, 100 GC, 62.5 GC, 100 GC, 81.25 GC, 70.003 GCP, N",
        3: "87.5 GCP, 100 GC, 62.5 GC, 100 GC, 81.25 GC, 70.003 GCP, N",
        4: "87.5 GCP, 100 GC, 62.5 GC, 100 GC, 81.25 GC, 70.003 GCP, N",
    }),
    ("PercentBad", 16, {
        1: "62.5 GCP, 0 GC, 50 GC, 12.5 GC, 0 GC, 0 GCP, N",
        2: "12.5 GCP, 0 GC, 37.5 GC, 0 GC, 18.75 GC, 29.997 GCP, N",
        3: "12.5 GCP, 0 GC, 37.5 GC, 0 GC, 18.75 GC, 29.997 GCP, N",
        4: "12.5 GCP, 0 GC, 37.5 GC, 0 GC, 18.75 GC, 29.997 GCP, N",
    }),
]  # fmt: skip
