"""What rules let go is told as stretches that belong together, and no more once it has come back."""

from __future__ import annotations

from dovetail.gone.model import Act, Drop, Gone, Stretch, stands_until


def test_what_went_month_after_month_is_one_stretch() -> None:
    gone = Gone()
    for n, rule in enumerate(("acme", "acme", "other")):
        of = (Stretch(1, n * 100, n * 100 + 90, 10),)
        gone.take([Drop(n, "drop", rule, 600 + n, 0, None, 10, 99, of, at_us=n, by_name="x", known=n)])
    assert [(one.t0, one.t1, one.n, one.rule) for one in gone.of(1, 0, 1_000)] == [
        (0, 190, 20, "acme"),
        (200, 290, 10, "other"),
    ]
    assert gone.of(1, 191, 200) == gone.of(2, 0, 1_000) == []
    assert (gone.upto(1), gone.upto(2), gone.samples) == (290, None, 30)


def test_what_came_back_went_no_more_until_it_goes_again() -> None:
    def drop(number: int, act: Act, *of: Stretch, month: int = 600) -> Drop:
        return Drop(
            number, act, "acme", month, 0, None, sum(one.n for one in of), 99, of, at_us=1, by_name="x", known=1
        )

    first, second, late = Stretch(1, 0, 90, 10), Stretch(1, 100, 190, 10), Stretch(1, 95, 95, 1)
    told = [
        drop(1, "drop", first, Stretch(2, 0, 90, 10)),
        drop(2, "drop", second, month=601),
        drop(3, "drop", late),
        drop(4, "return", first),
    ]
    gone = Gone()
    gone.hear(told)
    assert ([(one.t0, one.n) for one in gone.of(1, 0, 1_000)], gone.samples) == ([(95, 1), (100, 10)], 21)
    assert [one.n for one in gone.of(2, 0, 1_000)] == [10]
    gone.hear([*told, drop(5, "drop", first)])
    assert (sum(one.n for one in gone.of(1, 0, 1_000)), gone.samples) == (21, 31)


def test_a_value_holds_until_the_first_moment_of_which_a_later_sample_went() -> None:
    gone = Gone()
    of = (Stretch(1, 100, 190, 10),)
    gone.take([Drop(1, "drop", "acme", 600, 0, None, 10, 99, of, at_us=1, by_name="x", known=1)])
    told = [stands_until(gone.of(1, 0, 1_000), ts_us) for ts_us in (50, 100, 150, 190, 300)]
    assert told == [100, 100, 150, None, None]
