"""Tables of the hall."""

from gonghui.systems.service.hall.models.applying import Draft, Handing, Rating
from gonghui.systems.service.hall.models.bookings import Booking
from gonghui.systems.service.hall.models.own import Ease, KeptMaterial, MaterialUse, Proxy
from gonghui.systems.service.hall.models.places import Piece

__all__ = [
    "Booking",
    "Draft",
    "Ease",
    "Handing",
    "KeptMaterial",
    "MaterialUse",
    "Piece",
    "Proxy",
    "Rating",
]
