"""What a person said of the samples of a tag, for tests of rooms that read them."""

from __future__ import annotations

from dovetail.core.batch import Kind, Value
from dovetail.corrections.index import CorrectionIndex
from dovetail.corrections.model import Change, Correction


def amended(tag: int, span: tuple[int, int], value: Value, *, known: int) -> CorrectionIndex:
    """In [from, to) every sample of a tag of floats had this value, as is known from `known` on."""
    one = Correction(
        id=1, tag=tag, equipment_id=1, what="amend", from_us=span[0], to_us=span[1], change=Change(Kind.F64, value),
        given=None, under=0, reason="sensor fouled", by_id="p1", by_name="Ada", at_us=span[1], known=known,
    )  # fmt: skip
    index = CorrectionIndex()
    index.take([one], {}, known=known)
    return index
