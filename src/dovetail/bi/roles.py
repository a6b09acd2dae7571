"""The SQL that lets a role of PostgreSQL read the views and nothing else: of the whole plant, or of parts of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from dovetail.bi.views import VIEWS
from dovetail.core.errors import InvalidError

ROLE: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")
PATH: Final = re.compile(r"[^\x00-\x1f'\\]{1,400}")
STATEMENT_MS: Final = 60_000  # a report that asks for more keeps nobody else waiting


def grants(role: str, paths: Sequence[str], *, database: str) -> list[str]:
    """Statements for whoever may make roles, on that database. No password is in them: it is set by `\\password`.

    `paths`: what the role sees, with all below; none: the whole plant. Raises InvalidError for names that are none.
    """
    if not ROLE.fullmatch(role):
        hint = "small letters, digits and underscores, as grafana"
        raise InvalidError(f"{role!r} is no name of a role", pointer="/role", code="bi-role", hint=hint)
    if not ROLE.fullmatch(database):
        raise InvalidError(f"{database!r} is no name of a database", pointer="/database", code="bi-role")
    for path in paths:
        if not PATH.fullmatch(path):
            raise InvalidError(f"{path!r} is no path of an equipment", pointer="/at", code="bi-role")
    rows = ", ".join(f"('{role}', '{path}')" for path in paths or [""])
    missing = f"not exists (select from pg_roles where rolname = '{role}')"
    return [
        "begin;",
        f"do $$ begin if {missing} then create role {role} login; end if; end $$;",
        f"alter role {role} nosuperuser nocreatedb nocreaterole nobypassrls;",
        f"alter role {role} set default_transaction_read_only = on;",
        f"alter role {role} set statement_timeout = {STATEMENT_MS};",
        f"grant connect on database {database} to {role};",
        f"grant usage on schema public to {role};",
        f"grant select on {', '.join(VIEWS)} to {role};",
        f"delete from bi_reader where role_name = '{role}';",  # noqa: S608 - the names were looked at above
        f"insert into bi_reader (role_name, path) values {rows};",  # noqa: S608
        "commit;",
    ]
