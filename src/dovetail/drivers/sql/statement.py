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
# what MySQL takes for a quote inside a text, for others the text ends there
_ESCAPED: Final = re.compile(r"(?<!\\)(?:\\\\)*\\'")


def checked(text: str) -> str:
    """The statement without a semicolon at its end. Raises ValueError for what is no single SELECT.

    >>> checked("select id from pieces;")
    'select id from pieces'
    """
    if len(text) > STATEMENT_MAX:
        raise ValueError(f"a statement has at most {STATEMENT_MAX} characters")
    statement = _ended(text.strip())
    _same_everywhere(statement)
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


def _ended(statement: str) -> str:
    """Without the semicolon at its end; one inside a remark is the remark's."""
    last = len(statement) - 1
    is_quiet = any(found.start() <= last < found.end() for found in _QUIET.finditer(statement))
    return statement if is_quiet else statement.removesuffix(";").strip()


def _same_everywhere(statement: str) -> None:
    """Raise ValueError where MySQL would run what others pass over."""
    for found in _QUIET.finditer(statement):
        part = found[0]
        if part.startswith("/*!"):
            raise ValueError("a remark that begins with /*! is run by MySQL")
        if part.startswith("--") and part[2:3].strip():
            raise ValueError("a space belongs after the two dashes of a remark: MySQL reads --1 as a number")
        if part.startswith("'") and _ESCAPED.search(part):
            raise ValueError("a backslash before a quote: MySQL and others do not agree where the text ends")


def plain(statement: str) -> str:
    """As SQLAlchemy's text(): a colon is a colon, in a text and in a time of day.

    >>> plain("select '10:30' as a, b::int from t")
    "select '10\\\\:30' as a, b::int from t"
    """
    return re.sub(r"(?<!:):(?=\w)", r"\\:", statement)
