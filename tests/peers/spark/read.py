"""Read a folder of days with Spark, as docs/how-to/parquet-tier.md says; the rows as JSON on the last line."""

import json
import sys

from pyspark.sql import SparkSession
from pyspark.sql.functions import col, unix_micros

spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
spark.conf.set("spark.sql.session.timeZone", "UTC")
table = spark.read.parquet(sys.argv[1])
columns = [col("site"), col("day").cast("string"), col("tag"), col("path"), col("unit"), unix_micros("ts")]
columns += [col("value_f64"), col("value_bool"), col("value_str"), col("quality")]
rows = [list(row) for row in table.orderBy("tag", "ts").select(*columns).collect()]
good = table.where("day = '2026-01-03' and (quality & 192) = 192").count()
spark.stop()
print(json.dumps({"rows": rows, "good": good}))
