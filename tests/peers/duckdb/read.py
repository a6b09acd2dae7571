"""Read a folder of days with DuckDB, as docs/how-to/parquet-tier.md says; the rows as JSON."""

import json
import sys

import duckdb

QUERY = """
select site, cast(day as varchar), tag, path, unit, epoch_us(ts), value_f64, value_bool, value_str, quality
from read_parquet(?, hive_partitioning = true) order by tag, ts
"""
DAY = (
    "select count(*) from read_parquet(?, hive_partitioning = true) where day = '2026-01-03' and (quality & 192) = 192"
)
files = f"{sys.argv[1]}/**/*.parquet"
rows = [list(row) for row in duckdb.execute(QUERY, [files]).fetchall()]
(good,) = duckdb.execute(DAY, [files]).fetchone()
print(json.dumps({"rows": rows, "good": good}))
