"""JSON that other systems post to us by themselves: MES, quality systems, cloud services, scripts, low-code tools."""

from __future__ import annotations

from dovetail.drivers.base import About, AddressExample, DriverSpec, Lazily
from dovetail.drivers.heldrows import words
from dovetail.drivers.webhook.address import EXAMPLES, parse_address
from dovetail.drivers.webhook.options import WebhookOptions

CLIENT = Lazily("dovetail.drivers.webhook.client", "WebhookDriver")

ABOUT = About(
    says="systems and services that post JSON by themselves, when something happened",
    needs="a secret that the sender knows too, and a body as it will send it",
    first=("token", "signing_secret", "records", "time"),
    examples=(
        AddressExample("/machine/speed", "a member of a JSON document"),
        AddressExample("/values/0", "the first element of a list"),
        AddressExample("/value?/name=temp", "the value in the rows whose name is temp"),
    ),
)

PLUGIN = DriverSpec(
    title="Webhook (JSON posted to us)",
    options=WebhookOptions,
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
