"""Which addresses are asked: those that somebody named, and no other."""

from __future__ import annotations

import pytest

from dovetail.core.errors import InvalidError
from dovetail.finding.model import Find
from dovetail.finding.ranges import hosts, numbers


@pytest.mark.parametrize("words, addresses", [
    (["10.1.2.7"],                           ["10.1.2.7"]),
    (["10.1.2.0/30"],                        ["10.1.2.1", "10.1.2.2"]),
    (["10.1.2.7/32"],                        ["10.1.2.7"]),
    (["10.1.2.9/30"],                        ["10.1.2.9", "10.1.2.10"]),
    (["10.1.2.254-10.1.3.1"],                ["10.1.2.254", "10.1.2.255", "10.1.3.0", "10.1.3.1"]),
    (["10.1.2.2", "10.1.2.0/30"],            ["10.1.2.2", "10.1.2.1"]),
    (["fd00::1-fd00::2"],                    ["fd00::1", "fd00::2"]),
    ([],                                     []),
])  # fmt: skip
def test_what_was_named_is_asked_once_each(words: list[str], addresses: list[str]) -> None:
    assert [host.address for host in hosts(words)] == addresses


@pytest.mark.parametrize("words, says", [
    (["10.0.0.0/8"],            "16,777,216 addresses"),
    (["10.0.0.1-10.9.0.1"],     "at most 4,096"),
    (["fd00::/64"],             "at most 4,096"),
    (["10.1.2.9-10.1.2.1"],     "from a lower to a higher"),
    (["10.1.2.1-fd00::1"],      "from a lower to a higher"),
    (["press"],                 "names no addresses"),
    (["10.1.2.300"],            "names no addresses"),
    (["0.0.0.0"],               "no address of a device"),
    (["224.0.0.1"],             "no address of a device"),
    (["255.255.255.255"],       "no address of a device"),
])  # fmt: skip
def test_what_names_no_devices_is_refused(words: list[str], says: str) -> None:
    with pytest.raises(InvalidError) as refused:
        hosts(words)
    assert says in refused.value.message


@pytest.mark.parametrize("word, named, outside", [
    ("10.1.2.7",        True,  False),
    ("127.0.0.2/31",    False, False),
    ("169.254.1.1",     True,  False),
    ("8.8.8.8",         True,  True),
])  # fmt: skip
def test_one_alone_may_be_listened_to_and_a_public_one_is_told(word: str, named: bool, outside: bool) -> None:
    first = hosts([word])[0]
    assert (first.named, first.outside) == (named, outside)


@pytest.mark.parametrize("text, found", [
    ("1", [1]), ("1-3,7", [1, 2, 3, 7]), ("3,1-3", [3, 1, 2]), ("0", [0]),
])  # fmt: skip
def test_units_are_listed_as_people_list_them(text: str, found: list[int]) -> None:
    assert numbers(text, highest=255) == found


@pytest.mark.parametrize("text", ["", "a", "1-", "-3", "3-1", "256", "1;2"])
def test_what_is_no_list_of_units_is_refused(text: str) -> None:
    with pytest.raises(InvalidError):
        numbers(text, highest=255)


@pytest.mark.parametrize("host, options, name", [
    ("10.1.2.7",            {"unit": 3},    "modbus-10-1-2-7-unit3"),
    ("10.1.2.7",            {},             "modbus-10-1-2-7"),
    ("fd00::1",             {},             "modbus-fd00-1"),
])  # fmt: skip
def test_a_connection_gets_a_name_that_plant_code_allows(host: str, options: dict[str, object], name: str) -> None:
    assert Find(host, 502, "modbus", "", options).name == name
