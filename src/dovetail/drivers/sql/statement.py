"""What may be asked of somebody else's database: one SELECT that changes nothing.

Pure. The check keeps mistakes out; what keeps everything else out is a database user that may only read.
"""

from __future__ import annotations

import re
from typing import Final

STATEMENT_MAX: Final = 20_000
_QUIET: Final = re.compile(
    r"'(?:[^']|'')*'"  # a text
    r'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]'  # names
    r"|\$(\w*)\$.*?\$\1\$"  # a text as PostgreSQL has it, too
    r"|--[^\n]*|/\*.*?\*/",  # remarks
    re.DOTALL,
)
_WRITES: Final = frozenset(
    {"insert", "update", "delete", "merge", "into", "exec", "execute", "truncate", "drop", "alter"}
)
_BEGINS: Final = re.compile(r"[\s(]*(?:select|with)\b", re.IGNORECASE)
_OPEN: Final = ("'", '"', "`", "/*", "$$")


def checked(text: str) -> str:
    """The statement without a semicolon at its end. Raises ValueError for what is no single SELECT.

    >>> checked("select id from pieces;")
    'select id from pieces'
    """
    statement = text.strip().removesuffix(";").strip()
    if len(statement) > STATEMENT_MAX:
        raise ValueError(f"a statement has at most {STATEMENT_MAX} characters")
    bare = _QUIET.sub(lambda found: " " if found[0].startswith(("--", "/*")) else " ? ", statement)
    if any(mark in bare for mark in _OPEN):
        raise ValueError("a text, a name or a remark does not end")
    if ";" in bare:
        raise ValueError("one statement only: there is a ; in it")
    if not _BEGINS.match(bare):  # a name in quotes before it would be a procedure that is called
        raise ValueError("it begins with SELECT, or with WITH … SELECT")
    writes = sorted(_WRITES & set(re.findall(r"[a-z_]\w*", bare.lower())))
    if writes:
        raise ValueError(f"it only reads: there is {writes[0].upper()} in it; a column of that name stands in quotes")
    return statement


def plain(statement: str) -> str:
    """As SQLAlchemy's text(): a colon is a colon, in a text and in a time of day.

    >>> plain("select '10:30' as a, b::int from t")
    "select '10\\\\:30' as a, b::int from t"
    """
    return re.sub(r"(?<!:):(?=\w)", r"\\:", statement)
