"""Good messages spoiled as bad cables, old firmware and strangers spoil them; the same way for the same seed."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from typing import Final

SIZE_MAX: Final = 8_192  # bytes: longer inputs make a parser slow and find nothing that shorter ones do not
_NUMBERS: Final = (0, 1, 2, 3, 7, 8, 15, 16, 31, 32, 63, 64, 100, 126, 127, 128, 129, 200, 254, 255)
_WIDE: Final = (0, 1, 127, 128, 255, 256, 1_023, 32_767, 32_768, 65_535, 65_536, (1 << 31) - 1, 1 << 31, (1 << 32) - 1,
                1 << 32, 1 << 53, (1 << 63) - 1, 1 << 63, (1 << 64) - 1, 1 << 64)  # fmt: skip
WORDS: Final = (
    b"-1", b"0", b"00", b"+1", b"1e999", b"-1e-999", b"NaN", b"inf", b"1_0", b"0x1F", b"1.5", b".", b"-", b"--", b"e",
    b"9" * 30, b"\xff\xfe", b"\xef\xbb\xbf", b"\x00", b"\r\n", b"\n", b"\t", b" ", b"\\", b'"', b"'", b"%00", b"%",
    b"\xc3\xa4", b"\xe2\x80\xa8", b"\xf0\x9f\x98\x80", b"\xd9\xa3", b"\xc2\xb2", b"\xed\xa0\x80", b"null", b"true",
    *(str(number).encode() for number in _WIDE),
)  # fmt: skip
_DIGITS: Final = re.compile(rb"[0-9]+")
_RUNS_MAX: Final = 60


def mangled(seed: object, corpus: Sequence[bytes], words: Sequence[bytes]) -> Iterator[bytes]:
    """Without end: one of the corpus with one to eight faults in it. The corpus may grow meanwhile."""
    chance = random.Random(repr(seed))  # noqa: S311 - faults that can be made again
    rand, bits = chance.random, chance.getrandbits
    words = (*words, *words, *WORDS)
    while True:
        data = bytearray(corpus[int(rand() * len(corpus))])
        for _ in range(1 + min(bits(3), bits(3))):
            _ACTS[bits(4)](data, int(rand() * (len(data) + 1)), chance, corpus, words)
        yield bytes(data[:SIZE_MAX])


type _Corpus = Sequence[bytes]


def _bit(data: bytearray, at: int, chance: random.Random, _corpus: _Corpus, _words: _Corpus) -> None:
    if at < len(data):
        data[at] ^= 1 << chance.getrandbits(3)


def _byte(data: bytearray, at: int, chance: random.Random, _corpus: _Corpus, _words: _Corpus) -> None:
    data[at : at + 1] = bytes((chance.getrandbits(8),))


def _edge(data: bytearray, at: int, chance: random.Random, _corpus: _Corpus, _words: _Corpus) -> None:
    data[at : at + 1] = bytes((_NUMBERS[int(chance.random() * len(_NUMBERS))],))


def _near(data: bytearray, at: int, chance: random.Random, _corpus: _Corpus, _words: _Corpus) -> None:
    if at < len(data):
        data[at] = (data[at] + chance.getrandbits(4) - 8) & 0xFF


def _cut(data: bytearray, at: int, chance: random.Random, _corpus: _Corpus, _words: _Corpus) -> None:
    del data[at : at + 1 + chance.getrandbits(4)]


def _end(data: bytearray, at: int, _chance: random.Random, _corpus: _Corpus, _words: _Corpus) -> None:
    del data[at:]


def _word(data: bytearray, at: int, chance: random.Random, _corpus: _Corpus, words: _Corpus) -> None:
    data[at:at] = words[int(chance.random() * len(words))]


def _word_over(data: bytearray, at: int, chance: random.Random, _corpus: _Corpus, words: _Corpus) -> None:
    word = words[int(chance.random() * len(words))]
    data[at : at + len(word)] = word


def _number(data: bytearray, at: int, chance: random.Random, _corpus: _Corpus, _words: _Corpus) -> None:
    """A length, a count or a value of the border, in either order of its bytes."""
    size = 1 << chance.getrandbits(2)
    number = _WIDE[int(chance.random() * len(_WIDE))] & ((1 << 8 * size) - 1)
    data[at : at + size] = number.to_bytes(size, "little" if chance.getrandbits(1) else "big")


def _written(data: bytearray, at: int, chance: random.Random, _corpus: _Corpus, words: _Corpus) -> None:
    """Another number in place of one that stands there in digits."""
    found = _DIGITS.search(data, at)
    if found is not None:
        data[found.start() : found.end()] = words[int(chance.random() * len(words))]


def _again(data: bytearray, at: int, chance: random.Random, _corpus: _Corpus, _words: _Corpus) -> None:
    """A stretch once more, at another place."""
    size = 1 + chance.getrandbits(5)
    to = int(chance.random() * (len(data) + 1))
    data[to:to] = data[at : at + size]


def _run(data: bytearray, at: int, chance: random.Random, _corpus: _Corpus, _words: _Corpus) -> None:
    """A short stretch many times: depth, and lists without end."""
    size = 1 + chance.getrandbits(3)
    data[at:at] = data[at : at + size] * int(chance.random() * _RUNS_MAX)


def _splice(data: bytearray, at: int, chance: random.Random, corpus: _Corpus, _words: _Corpus) -> None:
    """It goes on as another one does."""
    other = corpus[int(chance.random() * len(corpus))]
    data[at:] = other[int(chance.random() * (len(other) + 1)) :]


def _noise(data: bytearray, at: int, chance: random.Random, _corpus: _Corpus, _words: _Corpus) -> None:
    data[at:at] = chance.randbytes(1 + chance.getrandbits(3))


_ACTS: Final = (
    _bit, _bit, _byte, _edge, _near, _cut, _end, _word, _word, _word_over, _number, _number, _written, _again,
    _run, _splice,
)  # fmt: skip
