"""A serial port of this computer, or a raw socket of a serial server, opened for whatever protocol runs over it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Literal, cast

from dovetail.core.errors import ConfigError, LinkError
from dovetail.core.limits import CONNECT_TIMEOUT_S
from dovetail.drivers.base import at_port
from dovetail.drivers.wire import Wire

type Parity = Literal["even", "odd", "none"]


async def open_serial[P: Wire](
    make: Callable[[], P], port: str, *, baud: int, parity: Parity, stop_bits: int, data_bits: int = 8, code: str
) -> P:
    """A serial port. Raises LinkError (an adapter may be plugged in again) and ConfigError, both of `code`."""
    import serialx

    loop = asyncio.get_running_loop()
    parities = {"even": serialx.Parity.EVEN, "odd": serialx.Parity.ODD, "none": serialx.Parity.NONE}
    stop = serialx.StopBits.TWO if stop_bits == 2 else serialx.StopBits.ONE
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            _, opened = await serialx.create_serial_connection(
                loop, make, port, baud, parity=parities[parity], stopbits=stop, byte_size=data_bits
            )
    except FileNotFoundError as error:
        hint = "is the adapter plugged in? A name under /dev/serial/by-id stays the same"
        raise LinkError(f"there is no serial port {port}", code=code, hint=hint) from error
    except PermissionError as error:
        hint = "the service's user must belong to the group of serial ports, on Debian `dialout`"
        raise ConfigError(f"{port} may not be opened", code=code, hint=hint) from error
    except (OSError, ValueError, TimeoutError) as error:
        raise LinkError(f"{port} cannot be opened: {error}", code=code) from error
    return cast(P, opened)  # what `make` made


async def open_socket[P: Wire](make: Callable[[], P], host: str, port: int, *, code: str) -> P:
    """A raw socket. Raises LinkError of `code`."""
    place = at_port(host, port)
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            _, opened = await asyncio.get_running_loop().create_connection(make, host, port)
    except TimeoutError as error:
        hint = "look at its address, the cable and the firewall"
        raise LinkError(
            f"{place} does not accept a connection within {CONNECT_TIMEOUT_S:g} s", code=code, hint=hint
        ) from error
    except OSError as error:
        raise LinkError(f"{place} cannot be reached: {error.strerror or error}", code=code) from error
    return opened
