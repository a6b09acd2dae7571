"""Whole days of a plant as Parquet beside it, for analysts who bring their own tools."""
