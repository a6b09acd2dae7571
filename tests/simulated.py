"""The demo's plant code as its simulator tells of faults."""

from __future__ import annotations

from collections.abc import Mapping


def without_first_out(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """A reason is told of a state, as the simulator's truth has it, and not kept to the stop's end."""
    lines = {name: content.splitlines(keepends=True) for name, content in files.items()}
    return {name: b"".join(one for one in some if b"first_out_s:" not in one) for name, some in lines.items()}
