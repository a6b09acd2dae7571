"""What a broker's messages become: addresses, payloads, times, who is away; and what spoils only its own point."""

from __future__ import annotations

import pytest

from dovetail.core import quality as q
from dovetail.core.batch import Kind
from dovetail.core.errors import ConfigError
from dovetail.drivers.base import Point
from dovetail.drivers.clocks import DeviceClock, moment_us
from dovetail.drivers.mqtt import PLUGIN
from dovetail.drivers.mqtt.address import MqttAddress, Only, parse_address
from dovetail.drivers.mqtt.intake import Intake
from dovetail.drivers.mqtt.options import MqttOptions, Presence
from dovetail.drivers.mqtt.presence import statuses

NOW = 1_700_000_000_000_000
RETAINED = 1


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("line/speed", MqttAddress("line/speed")),
        ("line#/speed", MqttAddress("line", ("speed",))),
        ("line#", MqttAddress("line", ())),
        ("line#/a/0/b~1c", MqttAddress("line", ("a", "0", "b/c"))),
        ("line#/v@/t/s", MqttAddress("line", ("v",), ("t", "s"))),
        ("gw#/d/[tag=a/b]/value", MqttAddress("gw", ("d", Only("tag", "a/b"), "value"))),
        ("line/+/speed", MqttAddress("line/+/speed")),
        ("line/#", MqttAddress("line/#")),
        ("line/##/v", MqttAddress("line/#", ("v",))),
        ("#", MqttAddress("#")),
        ("##/v", MqttAddress("#", ("v",))),
    ],
)
def test_an_address_is_read(written: str, expected: MqttAddress) -> None:
    assert parse_address(written) == expected


@pytest.mark.parametrize(
    "written", ["", "a+/b", "line#speed", "line/#/speed", "gw#/[tag]/v", "gw#/[tag=a/v", "a\0b", "x#" + "/a" * 40]
)
def test_a_badly_written_address_says_so(written: str) -> None:
    with pytest.raises(ConfigError):
        PLUGIN.accept(written, Kind.F64)


CASES = [
    # address, kind, payload, value, quality
    ("t", Kind.F64, b"12.5", 12.5, q.GOOD),
    ("t", Kind.F64, b" 7\n", 7.0, q.GOOD),
    ("t", Kind.F64, b"nan", pytest.approx(float("nan"), nan_ok=True), q.UNCERTAIN_RANGE),
    ("t", Kind.F64, b"twelve", None, q.BAD_DEVICE),
    ("t", Kind.F64, b"1_000", None, q.BAD_DEVICE),  # Python would take it for a thousand
    ("t", Kind.F64, b"", None, q.BAD_DEVICE),
    ("t", Kind.I64, b"-3", -3, q.GOOD),
    ("t", Kind.I64, b"3.0", 3, q.GOOD),
    ("t", Kind.I64, b"3.5", None, q.BAD_DEVICE),  # never rounded in silence
    ("t", Kind.U64, b"-1", None, q.BAD_DEVICE),
    ("t", Kind.U64, b"18446744073709551615", 18446744073709551615, q.GOOD),
    ("t", Kind.U64, b"18446744073709551616", None, q.BAD_DEVICE),
    ("t", Kind.BOOL, b"ON", True, q.GOOD),
    ("t", Kind.BOOL, b"false", False, q.GOOD),
    ("t", Kind.BOOL, b"2", None, q.BAD_DEVICE),
    ("t", Kind.STR, "žluť".encode(), "žluť", q.GOOD),
    ("t", Kind.STR, b"\xff\xfe", None, q.BAD_DEVICE),
    ("t", Kind.JSON, b'{"a": [1]}', '{"a":[1]}', q.GOOD),
    ("t", Kind.JSON, b"{", None, q.BAD_DEVICE),
    ("t#/v", Kind.F64, b'{"v": 2}', 2.0, q.GOOD),
    ("t#/v", Kind.F64, b'{"v": "2.5"}', 2.5, q.GOOD),
    ("t#/v", Kind.F64, b'{"v": null}', None, q.BAD_DEVICE),
    ("t#/v", Kind.F64, b'{"v": [1]}', None, q.BAD_DEVICE),
    ("t#/v", Kind.I64, b'{"v": 2.5}', None, q.BAD_DEVICE),
    ("t#/v", Kind.I64, b'{"v": 2.0}', 2, q.GOOD),
    ("t#/v", Kind.BOOL, b'{"v": true}', True, q.GOOD),
    ("t#/v", Kind.BOOL, b'{"v": 1}', True, q.GOOD),
    ("t#/v", Kind.STR, b'{"v": 4711}', "4711", q.GOOD),
    ("t#/v", Kind.STR, b'{"v": {"a": 1}}', None, q.BAD_DEVICE),
    ("t#/v", Kind.JSON, b'{"v": {"a": 1}}', '{"a":1}', q.GOOD),
    ("t#/a/1", Kind.F64, b'{"a": [1, 2]}', 2.0, q.GOOD),
    ("t#/d/[tag=s]/v", Kind.F64, b'{"d": [{"tag": "x", "v": 1}, {"tag": "s", "v": 9}]}', 9.0, q.GOOD),
    ("t#/[tag=s]/v", Kind.F64, b'{"tag": "s", "v": 9}', 9.0, q.GOOD),
    ("t#/v", Kind.F64, b"no JSON", None, q.BAD_DEVICE),
]


def one(address: str, kind: Kind = Kind.F64, *, tag: int = 1, scale: float = 1.0) -> Point:
    return Point(tag, address, kind, scale)


def fresh(*points: Point, time: str | None = None, retained: str = "use") -> Intake:
    options = MqttOptions(host="b", timestamp=time)
    intake = Intake(time=options.time, retained=retained)
    intake.add(points, "reported")
    return intake


def samples(news) -> list[tuple[int, object, int]]:
    """(tag, value, quality) of what is true now."""
    return [(tag, value, quality) for batch in news.now for tag, _, value, quality in batch.rows()]


@pytest.mark.parametrize(("address", "kind", "payload", "value", "quality"), CASES)
def test_a_payload_becomes_a_value_or_bad(address, kind, payload, value, quality) -> None:
    news = fresh(one(address, kind)).take([(b"t", payload, 0, 0)], at_us=NOW)
    assert samples(news) == [(1, value, quality)]


@pytest.mark.parametrize("payload", [b'{"w": 1}', b"[]", b"5", b'{"v": {}}'])
def test_a_message_about_something_else_says_nothing(payload: bytes) -> None:
    intake = fresh(one("t#/v/x"))
    assert not intake.take([(b"t", payload, 0, 0)], at_us=NOW)
    (batch,) = intake.last([one("t#/v/x")], NOW)
    assert batch.quality.tolist() == [q.BAD_CONFIG], "who reads it is told that nothing there has this member"


def test_a_wrong_payload_spoils_only_its_point() -> None:
    intake = fresh(one("a"), one("b", tag=2), one("c", tag=3, scale=2.0))
    news = intake.take([(b"a", b"1", 0, 0), (b"b", b"?", 0, 0), (b"c", b"3", 0, 0)], at_us=NOW)
    assert samples(news) == [(1, 1.0, q.GOOD), (2, None, q.BAD_DEVICE), (3, 6.0, q.GOOD)]


def test_messages_that_come_together_keep_their_order() -> None:
    """A pulse that goes on and off within one packet is still a pulse."""
    intake = fresh(one("a", Kind.BOOL))
    news = intake.take([(b"a", state, 0, 0) for state in (b"0", b"1", b"0")], at_us=NOW)
    later = intake.take([(b"a", b"1", 0, 0)], at_us=NOW)
    times = [row[1] for batch in (*news.now, *later.now) for row in batch.rows()]
    assert times == sorted(set(times)) and [v for _, v, _ in samples(news)] == [False, True, False]


def test_one_message_serves_many_points_and_wildcards() -> None:
    intake = fresh(one("m/+/v"), one("m/1/v", tag=2), one("m/##/x", tag=3))
    news = intake.take([(b"m/1/v", b"4", 0, 0), (b"m/2/v", b"5", 0, 0), (b"m/9", b'{"x": 6}', 0, 0)], at_us=NOW)
    assert sorted((tag, value) for tag, value, quality in samples(news) if quality == q.GOOD) == [
        (1, 4.0), (1, 5.0), (2, 4.0), (3, 6.0),
    ]  # fmt: skip
    assert set(intake.sources) == {"m/+/v", "m/1/v", "m/#"}


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        (1_700_000_000, NOW),
        (1_700_000_000.5, NOW + 500_000),
        (1_700_000_000_000, NOW),
        (1_700_000_000_000_000, NOW),
        (1_700_000_000_000_000_000, NOW),
        ("1700000000000", NOW),
        ("2023-11-14T22:13:20Z", NOW),
        ("2023-11-14T23:13:20.25+01:00", NOW + 250_000),
        ("2023-11-14T22:13:20", None),  # a time without a zone has no meaning
        ("yesterday", None),
        (True, None),
        (-5, None),
        (0, None),
        (1e300, None),
        ({}, None),
    ],
)
def test_a_devices_time_is_read_by_its_size(written: object, moment: int | None) -> None:
    assert moment_us(written) == moment


def test_a_near_clock_counts_and_a_far_one_does_not() -> None:
    near, far = DeviceClock(), DeviceClock()
    assert near.judge(NOW - 30_000, NOW) == "now"
    assert near.judge(NOW - 3_600_000_000, NOW) == "then", "a near clock that speaks of an hour ago sends old news"
    assert far.judge(NOW - 3_600_000_000, NOW) == "nothing"
    assert far.judge(NOW + 3_600_000_000, NOW) == "nothing"


def test_old_news_does_not_move_the_present() -> None:
    intake = fresh(one("t#/v"), time="/ts")
    second = NOW // 1_000_000
    intake.take([(b"t", b'{"v": 1, "ts": %d}' % second, 0, 0)], at_us=NOW)
    news = intake.take([(b"t", b'{"v": 2, "ts": %d}' % (second - 600), 0, 0)], at_us=NOW)
    assert not news.now
    assert [(b.value.tolist(), b.ts.tolist()) for b in news.late] == [([2.0], [NOW - 600_000_000])]
    (held,) = intake.last([one("t#/v")], NOW)
    assert held.value.tolist() == [1.0]


def test_what_a_broker_kept_while_we_were_away_stands_in_the_past() -> None:
    intake = fresh(one("t#/v"), time="/ts")
    news = intake.take([(b"t", b'{"v": 2, "ts": %d}' % (NOW // 1_000_000 - 600), 0, 0)], at_us=NOW, age="kept")
    assert not news.now and news.late[0].ts.tolist() == [NOW - 600_000_000]


PRESENCE = Presence(topic="m/{unit}/status", covers="m/{unit}/#", offline="offline")


def watched(rule: Presence, *points: Point) -> Intake:
    intake = fresh()
    sources = intake.add(points, "reported")
    for status in statuses([rule], sources):
        intake.watch(status.topic, status)
    return intake


def test_a_device_that_is_away_is_bad_and_its_neighbour_is_not() -> None:
    points = (one("m/1/v"), one("m/1/w", tag=2), one("m/2/v", tag=3))
    intake = watched(PRESENCE, *points)
    intake.take([(b"m/1/v", b"1", 0, 0), (b"m/2/v", b"3", 0, 0)], at_us=NOW)
    news = intake.take([(b"m/1/status", b"offline", RETAINED, 0)], at_us=NOW)
    assert samples(news) == [(1, None, q.BAD_NOT_CONNECTED), (2, None, q.BAD_NOT_CONNECTED)]
    assert not intake.take([(b"m/1/status", b"offline", 0, 0)], at_us=NOW), "said once"
    qualities = {row[0]: row[3] for batch in intake.last(points, NOW) for row in batch.rows()}
    assert qualities == {1: q.BAD_NOT_CONNECTED, 2: q.BAD_NOT_CONNECTED, 3: q.GOOD}


def test_what_a_broker_remembers_of_a_device_that_is_away_is_not_the_present() -> None:
    intake = watched(PRESENCE, one("m/1/v"))
    intake.take([(b"m/1/status", b"offline", RETAINED, 0)], at_us=NOW)
    assert not intake.take([(b"m/1/v", b"7", RETAINED, 0)], at_us=NOW)
    back = intake.take([(b"m/1/status", b"online", 0, 0)], at_us=NOW)
    assert samples(back) == [(1, 7.0, q.UNCERTAIN_LAST_KNOWN)], "it is back, but has not spoken yet"
    assert samples(intake.take([(b"m/1/v", b"8", 0, 0)], at_us=NOW)) == [(1, 8.0, q.GOOD)]


def test_who_speaks_is_there() -> None:
    intake = watched(PRESENCE, one("m/1/v"))
    intake.take([(b"m/1/status", b"offline", 0, 0)], at_us=NOW)
    assert samples(intake.take([(b"m/1/v", b"8", 0, 0)], at_us=NOW)) == [(1, 8.0, q.GOOD)]


@pytest.mark.parametrize(
    ("rule", "topics"),
    [
        (PRESENCE, ["m/1/status", "m/2/status"]),
        (Presence(topic="tele/{unit}/LWT", covers="m/{unit}/v", offline="Offline"), ["tele/1/LWT", "tele/2/LWT"]),
        (Presence(topic="bridge#/state", covers="m/#", offline="offline"), ["bridge"]),
        (Presence(topic="x/{unit}", covers="other/{unit}/#", offline="0"), []),
    ],
)
def test_only_the_status_topics_of_wanted_devices_are_listened_to(rule: Presence, topics: list[str]) -> None:
    sources = fresh().add([one("m/1/v"), one("m/2/v", tag=2)], "reported")
    assert [status.topic for status in statuses([rule], sources)] == topics


@pytest.mark.parametrize(
    ("topic", "offline", "payload", "away"),
    [
        ("s", "offline", b"offline", True),
        ("s", "offline", b" offline\n", True),
        ("s", "offline", b"online", False),
        ("s", "offline", b"", None),
        ("s#/state", "offline", b'{"state": "offline"}', True),
        ("s#/up", "false", b'{"up": false}', True),
        ("s#/up", "false", b'{"up": true}', False),
        ("s#/up", "false", b"nonsense", None),
        ("s#/up", "false", b"{}", None),
    ],
)
def test_what_a_status_says(topic: str, offline: str, payload: bytes, away: bool | None) -> None:
    rule = Presence(topic=topic, covers="m/#", offline=offline)
    (status,) = statuses([rule], fresh().add([one("m/1/v")], "reported"))
    assert status.says_away(payload) is away


def test_a_topic_that_falls_silent_is_stale_once_and_comes_back() -> None:
    intake = fresh(one("a"))
    intake.take([(b"a", b"1", 0, 0)], at_us=NOW)
    assert not intake.silent(NOW - 1, NOW)
    assert samples(intake.silent(NOW + 10, NOW + 20)) == [(1, None, q.BAD_STALE)]
    assert not intake.silent(NOW + 30, NOW + 40)
    assert samples(intake.take([(b"a", b"1", 0, 0)], at_us=NOW + 50)) == [(1, 1.0, q.GOOD)]


def test_nothing_retained_is_used_where_it_is_ignored() -> None:
    intake = fresh(one("a"), retained="ignore")
    assert not intake.take([(b"a", b"1", RETAINED, 0)], at_us=NOW)
    assert samples(intake.take([(b"a", b"2", 0, 0)], at_us=NOW)) == [(1, 2.0, q.GOOD)]


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"host": "b", "security": {"tls": False}}, "insecure"),
        ({"host": "b", "security": {"tls": True, "certificate": "c.pem"}}, "private_key"),
        ({"host": "b", "security": {"tls": False, "insecure": True, "ca": "c.pem"}}, "only with TLS"),
        ({"host": "mqtt://b"}, "fields of their own"),
        ({"host": "b", "user": "u", "password": "plain"}, "secret://"),
        ({"host": "b", "password": "secret://p"}, "needs a `user`"),
        ({"host": "b", "session": "resume"}, "client_id"),
        ({"host": "b", "timestamp": "ts"}, "slash"),
        ({"host": "b", "presence": [{"topic": "s/#/x", "covers": "a"}]}, "wildcard"),
        ({"host": "b", "presence": [{"topic": "s", "covers": "a/{unit}"}]}, "does not"),
        ({"host": "b", "presence": [{"topic": "s/{unit}", "covers": "a/+"}]}, "name the level"),
        ({"host": "b", "presence": [{"topic": "{a}/{b}", "covers": "{a}{b}"}]}, "stands alone"),
    ],
)
def test_wrong_options_say_what_to_do(options: dict, word: str) -> None:
    with pytest.raises(ConfigError) as refused:
        PLUGIN.check(options)
    assert word in refused.value.message
