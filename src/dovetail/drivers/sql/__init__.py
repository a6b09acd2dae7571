"""Tables of other systems: laboratories, test benches, old line controls, warehouses, whatever keeps rows in SQL."""

from __future__ import annotations

from dovetail.drivers.base import About, AddressExample, DriverSpec, Lazily
from dovetail.drivers.heldrows import words
from dovetail.drivers.sql.address import EXAMPLES, parse_address
from dovetail.drivers.sql.options import SqlOptions

CLIENT = Lazily("dovetail.drivers.sql.client", "SqlDriver")

ABOUT = About(
    says="databases of other systems: new rows of a table are taken as they come, each once",
    needs="the database's address, a user that may only read, and a column that grows with every new row",
    first=("url", "password", "statement", "watermark", "time"),
    examples=(
        AddressExample("good", "the column of this name"),
        AddressExample("value?machine=M1&signal=temp", "the column value, in the rows of one machine and signal"),
    ),
    browses=True,
)

PLUGIN = DriverSpec(
    title="SQL (PostgreSQL, MySQL, SQL Server, Oracle, SQLite)",
    options=SqlOptions,
    address=EXAMPLES,
    parse_address=parse_address,
    open=CLIENT,
    prepare=CLIENT.load,
    about=ABOUT,
    words=words,
    writes=False,
    tells_time=True,
    keeps=True,
)
