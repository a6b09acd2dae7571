"""Signals and figures of a plant in a notebook or a script: `Client(url, token)`, and tables for polars and pandas.

It asks the documented API and nothing else, and imports nothing of the server (httpx2 and pyarrow alone), so that it
works wherever Python does.
"""

from __future__ import annotations

from dovetail.client.asking import Client, ProblemError
from dovetail.client.tables import Answer

__all__ = ["Answer", "Client", "ProblemError"]
