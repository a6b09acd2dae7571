"""Where a test's samples may lie: in files, or in a PostgreSQL; each can be emptied, and left as a kill leaves it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Protocol

import psycopg

from dovetail.chunkstore.files import Files
from dovetail.chunkstore.postgres import Server
from dovetail.historian.service import Historian
from dovetail.packing.place import Storage


class Store(Protocol):
    """One place for samples."""

    @property
    def address(self) -> str: ...
    def open(self) -> Storage: ...
    def empty(self) -> None: ...
    def kill(self, historian: Historian) -> None:
        """Its process is gone: nothing more is written by it, and nothing is told."""


class FileStore:
    """A folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = str(folder)

    def open(self) -> Storage:
        return Files(self.folder)

    def empty(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def kill(self, historian: Historian) -> None:
        _let_go(historian)


class ServerStore:
    """A database of its own in the session's PostgreSQL."""

    def __init__(self, server_url: str, name: str = "samples") -> None:
        self._admin = psycopg.connect(server_url, autocommit=True)
        self._name = name
        self._admin.execute(f"create database {name}")
        base, _, query = server_url.partition("?")
        self.address = self.url = f"{base.rsplit('/', 1)[0]}/{name}?{query}"
        self._inside = psycopg.connect(self.url, autocommit=True)

    def open(self) -> Storage:
        return Server(self.url)

    def empty(self) -> None:
        self._disconnect()
        self._inside.execute("drop schema if exists historian cascade")

    def kill(self, historian: Historian) -> None:
        self._disconnect()
        _let_go(historian)

    def break_links(self) -> None:
        """The server drops every connection, as when it is started anew."""
        self._disconnect()

    def _disconnect(self) -> None:
        others = "datname = %s and pid <> %s"
        mine = self._inside.info.backend_pid
        asked = f"select pg_terminate_backend(pid, 5000) from pg_stat_activity where {others}"
        self._admin.execute(asked, (self._name, mine))

    def close(self) -> None:
        self._inside.close()
        self._admin.execute(f"drop database {self._name} with (force)")
        self._admin.close()


def _let_go(historian: Historian) -> None:
    historian._head._place.close()
    historian._months.close()
    historian.storage.close()
