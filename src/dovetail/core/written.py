"""What every place that reads what people wrote has to refuse."""

from __future__ import annotations


def not_bool(value: object) -> object:
    """For a number that is written: `yes` and `true` are none. Raises ValueError, which pydantic tells at its place."""
    if isinstance(value, bool):
        raise ValueError("should be a number")  # noqa: TRY004 - a TypeError would not be told at its place
    return value
