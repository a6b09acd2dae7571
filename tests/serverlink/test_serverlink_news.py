"""Who reads hears that another has written, and never sleeps over what it may have missed."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from dovetail.core.errors import LinkError
from dovetail.serverlink.news import TELL, News
from dovetail.serverlink.sessions import connect

pytestmark = pytest.mark.postgres


@pytest.fixture
def news(postgres_url: str) -> Iterator[News]:
    made = News(postgres_url)
    yield made
    made.close()


def test_a_word_is_heard_and_silence_ends_with_the_time(news: News, postgres_url: str) -> None:
    assert news.wait(5.0)  # it has only begun to listen: something may have been told before
    assert not news.wait(0.01)
    with connect(postgres_url) as writing:
        writing.execute(TELL)
    assert news.wait(5.0)
    assert not news.wait(0.01)


def test_a_connection_that_broke_is_made_anew_and_tells_at_once(news: News, postgres_url: str) -> None:
    news.wait(0.0)
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        listening = "select pg_terminate_backend(pid, 5000) from pg_stat_activity where query like 'listen %'"
        admin.execute(listening)
    with pytest.raises(LinkError):
        news.wait(1.0)
    assert news.wait(1.0)
