"""Addresses and options as people write them, and what is said when they are wrong."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dovetail.core.errors import ConfigError
from dovetail.core.plugins import load
from dovetail.drivers.opcua.address import NodeAddress, parse_address

PLUGIN = load("dovetail.drivers", "opcua")


@pytest.mark.parametrize("text, namespace, form, identifier", [
    ("nsu=urn:maker:line;s=Filler.State", "urn:maker:line", "s", "Filler.State"),
    ("nsu=http://a%3Bb%25;i=7", "http://a;b%", "i", 7),
    ("ns=4;s=\"DB1\".\"x;y=z\"", 4, "s", "\"DB1\".\"x;y=z\""),  # Siemens: quotes, and ; and = inside
    ("ns=2;i=1001", 2, "i", 1001),
    ("i=2258", 0, "i", 2258),
    (" i=2258 ", 0, "i", 2258),
    ("ns=1;g=09087e75-8e5e-499b-954f-f2a9603db28a", 1, "g", uuid.UUID("09087e75-8e5e-499b-954f-f2a9603db28a")),
    ("ns=1;b=M/RbKBsRVkePCePcx24oRA==", 1, "b", b"3\xf4[(\x1b\x11VG\x8f\t\xe3\xdc\xc7n(D"),
    ("nsu=urn:maker:line;path=Filler/State", "urn:maker:line", "path", ((False, "Filler"), (False, "State"))),
    ("ns=2;path=0:Server/A&/B&:C&&", 2, "path", ((True, "Server"), (False, "A/B:C&"))),
])  # fmt: skip
def test_address(text, namespace, form, identifier):
    assert parse_address(text) == NodeAddress(namespace, form, identifier)


@pytest.mark.parametrize("text, steps", [
    ("ns=2;i=1001#/3", ("3",)),
    ("nsu=urn:maker:line;path=Recipe#/Steps/0/Speed", ("Steps", "0", "Speed")),
    ("ns=2;s=Recipe#/a~1b/c~0d", ("a/b", "c~d")),
])  # fmt: skip
def test_a_way_into_a_value(text, steps):
    whole = parse_address(text.partition("#")[0])
    assert parse_address(text) == replace(whole, steps=steps)


@pytest.mark.parametrize("text, why", [
    ("ns=2;s=Recipe#/", "after #/ come names"),
    ("ns=2;s=Recipe#/a~2", "~1 stands for /"),
    ("Filler.State", "after the namespace comes i=, s=, g=, b= or path="),
    ("ns=1;path=", "the part after path= is empty"),
    ("ns=1;path=A//B", "path= needs browse names"),
    ("ns=1;path=A/B/", "path= needs browse names"),
    ("ns=1;path=A:B", "path= needs browse names"),
    ("ns=1;path=A&B", "path= needs browse names"),
    ("", "after the namespace comes"),
    ("nsu=urn:maker:line", "nsu= needs a URI and then a semicolon"),
    ("nsu=;s=x", "nsu= needs a URI"),
    ("ns=x;s=y", "ns= needs a number"),
    ("ns=65536;s=y", "ns= needs a number from 0 to 65535"),
    ("ns=1;i=4294967296", "i= needs a number from 0 to 4294967295"),
    ("ns=1;i=-1", "i= needs a number"),
    ("ns=1;i=١", "i= needs a number"),  # an Arabic digit is a digit to Python
    ("ns=1;s=", "the part after s= is empty"),
    ("ns=1;g=nope", "g= needs a GUID"),
    ("ns=1;b=*", "b= needs base64"),
    ("ns=1;x=1", "after the namespace comes"),
])  # fmt: skip
def test_wrong_address_says_what_is_wrong(text, why):
    with pytest.raises(ConfigError) as caught:
        parse_address(text)
    assert why in caught.value.message
    assert caught.value.code == "opcua-address"
    assert caught.value.hint


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_a_config_error(text):
    try:
        parse_address(text)
    except ConfigError as error:
        assert error.hint


SECURE = {"certificate": "c.der", "private_key": "k.pem", "server_fingerprint": "ab" * 32}


@pytest.mark.parametrize("options, why", [
    ({"endpoint": "opc.tcp://plc:4840"}, "security: Field required"),
    ({"endpoint": "opc.tcp://plc", "security": {"policy": "None"}}, "insecure: true"),
    ({"endpoint": "opc.tcp://plc", "security": {"insecure": True}}, "needs `certificate` and `private_key`"),
    ({"endpoint": "http://plc", "security": SECURE}, "opc.tcp://host:4840/path"),
    ({"endpoint": "opc.tcp://u:p@plc", "security": SECURE}, "no user or password inside the endpoint"),
    ({"endpoint": "opc.tcp://plc", "security": {**SECURE, "policy": "Basic256"}}, "security.policy"),  # broken
    ({"endpoint": "opc.tcp://plc", "security": {**SECURE, "server_fingerprint": "abc"}}, "64 hexadecimal digits"),
    ({"endpoint": "opc.tcp://plc", "security": SECURE, "user": "u", "password": "plain"}, "secret://name"),
    ({"endpoint": "opc.tcp://plc", "security": SECURE, "password": "secret://x"}, "needs a `user`"),
    ({"endpoint": "opc.tcp://plc", "security": SECURE, "nonsense": 1}, "nonsense"),
])  # fmt: skip
def test_wrong_options_are_refused(options, why):
    with pytest.raises(ConfigError) as caught:
        PLUGIN.check(options)
    assert why in caught.value.message
    assert "plain" not in caught.value.message.replace("plain text", "")


def test_right_options():
    options = PLUGIN.check(
        {"endpoint": "opc.tcp://plc/line", "security": {**SECURE, "server_fingerprint": "AB:" * 31 + "AB"}}
    )
    assert options.where() == "opc.tcp://plc:4840/line"
    assert options.security.server_fingerprint == "ab" * 32
    assert not options.is_insecure()
    assert PLUGIN.check({"endpoint": "opc.tcp://plc", "security": {"policy": "None", "insecure": True}}).is_insecure()
