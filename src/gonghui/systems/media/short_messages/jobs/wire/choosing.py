"""The wire of a route by its protocol."""

from __future__ import annotations

from gonghui.systems.media.short_messages.jobs.wire.cmpp import CmppWire
from gonghui.systems.media.short_messages.jobs.wire.gateway import GatewayWire
from gonghui.systems.media.short_messages.jobs.wire.seam import Wire
from gonghui.systems.media.short_messages.jobs.wire.smpp import SmppWire
from gonghui.systems.media.short_messages.models import Route
from gonghui.systems.media.short_messages.models.routes import Protocol

WIRES: dict[str, type[Wire]] = {
    Protocol.SMPP: SmppWire,
    Protocol.CMPP2: CmppWire,
    Protocol.CMPP3: CmppWire,
    Protocol.GATEWAY: GatewayWire,
}


def wire_of(route: Route) -> Wire:
    """A wire for a route, not yet open."""
    return WIRES[route.protocol](route)
