"""Files that other programs put into a folder: machines without an interface, laboratories, test benches, exports."""

from __future__ import annotations

from dovetail.drivers.base import About, AddressExample, DriverSpec, Lazily
from dovetail.drivers.filedrop.address import EXAMPLES, parse_address
from dovetail.drivers.filedrop.options import FileDropOptions
from dovetail.drivers.heldrows import words

CLIENT = Lazily("dovetail.drivers.filedrop.client", "FileDropDriver")

ABOUT = About(
    says="files that machines, test benches and programs put into a folder: CSV, JSON or columns of fixed width",
    needs="the folder, which the user that Dovetail runs as may read and write, and a file as it will come",
    first=("folder", "pattern", "format", "delimiter", "decimal", "time", "time_format", "zone"),
    examples=(
        AddressExample("Speed", "the column of this name"),
        AddressExample("#3", "the third column, where no row names them"),
        AddressExample("Value?Machine=M1", "the column Value, in the rows where Machine is M1"),
        AddressExample("/machine/speed", "a member of a JSON document"),
        AddressExample("@10-14", "the characters 10 to 14 of a line"),
    ),
    browses=True,
)

PLUGIN = DriverSpec(
    title="File drop (CSV, JSON, fixed width)",
    options=FileDropOptions,
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
