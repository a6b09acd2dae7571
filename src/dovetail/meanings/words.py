"""What the assistant says, in English, to terminals and programs; the screens have catalogues of their own."""

from __future__ import annotations

from typing import Final

from dovetail.meanings.model import Because

TEXTS: Final[dict[str, str]] = {
    "packml": "its values are PackML's and follow each other as PackML's do; {pieces} pieces came in Execute, {astray}"
    " outside, over {stops} stops",
    "values": "{pieces} pieces came while it said running, {astray} while it did not, over {stops} stops",
    "activity": "no signal tells when it stands, but the counter does: usually {gap_s} s from one reading to the next",
    "packml-alone": "its values are PackML's, and their {turns} turns follow PackML's order; nothing counts beside it",
    "only-counter": "it is the only counter: whether it counts scrap too, one cannot tell",
    "sum": "total = good + scrap held at every moment: {total} = {good} + {scrap}, at most {off} apart",
    "pair-total": "a piece of scrap never costs it one: it counts scrap too ({main} and {scrap} pieces)",
    "pair-good": "each piece of scrap costs it one: it counts only good ones ({main} and {scrap} pieces)",
    "pair-by-name": "how the two move does not tell whether one holds the other; their names do ({main} and {scrap})",
    "pair-open": "one of them counts scrap; whether the other holds it, one cannot tell ({main} and {scrap} pieces)",
    "by-name": "the counters do not give each other away; this is by their names alone",
    "unrelated": "several counters, and nothing between them says what each counts",
    "other-counter": "it counts, but nothing says what",
    "held": "it held {rate} pieces a minute over {minutes} minutes without a stop",
    "several": "{paces} paces were held; the fastest is {rate} pieces a minute, over {minutes} minutes",
    "wandering": "its pace wandered over {minutes} minutes; none was held",
    "on-while-standing": "it came on {times} times, and {within} of that time the machine stood still",
    "no-counter": "nothing counts",
    "never-heard": "nothing was heard of it",
    "never-moved": "it never moved",
    "hardly-moved": "it moved only {rises} times",
    "clock": "it counts time and not pieces: {per_s} a second whenever it moves",
    "other-unit": "its unit is {unit}, which is not pieces",
    "same-top": "it begins anew at {top}, {falls} times: what fits a box, or a position",
    "nothing-counts": "it has {values} values, but no counter moves with which they could be compared",
    "measurement": "a measurement of {values} values, in which nothing parts running from standing",
    "no-relation": "its {values} values have nothing to do with when pieces come",
}
WITHOUT: Final = "one cannot tell"


def said(because: Because) -> str:
    """The sentence of a reason."""
    text = TEXTS.get(because.code)
    return WITHOUT if text is None else text.format(**because.facts)
