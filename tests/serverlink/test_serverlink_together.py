"""Statements that are sent together are done in their order, all or none; an answer is waited for when it is wanted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import Connection, errors, pq

from dovetail.serverlink.sessions import connect
from dovetail.serverlink.together import AT_ONCE, PREPARED_FROM, PREPARED_MAX, Together

pytestmark = pytest.mark.postgres


@pytest.fixture
def link(postgres_url: str) -> Iterator[Connection[Any]]:
    with connect(postgres_url, schema="pg_temp") as made:
        made.execute("create temporary table kept (id int8 primary key, body bytea)")
        yield made


def kept(link: Connection[Any]) -> list[int]:
    return [one for (one,) in link.execute("select id from kept order by id")]


def test_what_is_asked_is_answered_when_somebody_looks_and_what_nobody_looks_at_is_done_too(
    link: Connection[Any],
) -> None:
    with Together(link).transaction() as session:
        session.execute("insert into kept values (?, ?)", (7, b"seven"))
        found = session.execute("select id, body, ?::float8, null from kept", (0.5,))
        session.many("insert into kept values (?, null)", [(8,), (9,)])
        assert found.fetchall() == [(7, b"seven", 0.5, None)]
        session.execute("delete from kept where id = ?", (8,))
    assert kept(link) == [7, 9]
    assert link.info.transaction_status == pq.TransactionStatus.IDLE


def test_an_answer_may_be_looked_at_when_all_is_kept(link: Connection[Any]) -> None:
    with Together(link).transaction() as session:
        given = session.execute("insert into kept values ((select count(*) from kept) + 5, ?) returning id", (b"",))
    assert given.fetchone() == (5,)


def test_what_the_server_refuses_undoes_all_of_it_and_the_next_is_as_before(link: Connection[Any]) -> None:
    together = Together(link)
    for _ in range(PREPARED_FROM + 1):
        with pytest.raises(errors.UniqueViolation, match="kept_pkey"), together.transaction() as session:
            session.many("insert into kept values (?, null)", [(1,), (2,), (1,), (3,)])
    with together.transaction() as session:
        session.many("insert into kept values (?, null)", [(4,), (5,), (6,)])
    assert kept(link) == [4, 5, 6]


def test_who_fails_in_between_keeps_nothing(link: Connection[Any]) -> None:
    with pytest.raises(ZeroDivisionError), Together(link).transaction() as session:
        assert session.execute("insert into kept values (1, null) returning id").fetchone() == (1,)
        session.execute("insert into kept values (2, null)")
        raise ZeroDivisionError
    assert kept(link) == []


def test_a_lost_connection_is_told_and_is_not_used_again(link: Connection[Any], postgres_url: str) -> None:
    with (
        pytest.raises(psycopg.OperationalError),
        Together(link).transaction() as session,
        psycopg.connect(postgres_url, autocommit=True) as admin,
    ):
        session.execute("select 1").fetchone()
        admin.execute("select pg_terminate_backend(%s, 5000)", (link.info.backend_pid,))
    assert link.closed


def test_neither_side_waits_for_the_other_when_both_have_much_to_say(link: Connection[Any]) -> None:
    body, many = bytes(100_000), AT_ONCE + 20
    with Together(link).transaction() as session:
        answers = session.each("select ?::bytea || ?::bytea", [(body, bytes((n,))) for n in range(many)])
        assert [rows[0][0][-1] for rows in answers] == list(range(many))


def test_the_server_works_on_the_next_question_while_one_answer_is_looked_at(link: Connection[Any]) -> None:
    link.execute("begin")
    with Together(link).reading() as session:
        first, second = session.execute("select 1"), session.execute("select pg_sleep(0.05), 2")
        assert first.fetchone() == (1,)
        assert second.result is None  # sent, and not waited for
        assert link.pgconn.transaction_status == pq.TransactionStatus.ACTIVE
    assert link.pgconn.transaction_status == pq.TransactionStatus.INTRANS  # nobody looked: it is taken all the same
    link.execute("rollback")


def test_what_is_asked_often_is_prepared_but_not_without_end(link: Connection[Any]) -> None:
    together = Together(link)
    for number in range(PREPARED_MAX + 10):
        with together.transaction() as session:
            for _ in range(PREPARED_FROM):
                assert session.execute(f"select {number} + ?", (1,)).fetchone() == (number + 1,)
    found = link.execute("select count(*), max(statement) from pg_prepared_statements").fetchone()
    assert found is not None
    assert PREPARED_MAX <= found[0] <= PREPARED_MAX + 1
    with together.transaction() as session:  # one that was let go of, and one that is still there
        assert [session.execute(f"select {n} + ?", (1,)).fetchone() for n in (0, PREPARED_MAX)] == [
            (1,),
            (PREPARED_MAX + 1,),
        ]
