"""The tables of B5.0."""

from gonghui.systems.office.circulation.models.exchange import Exchange
from gonghui.systems.office.circulation.models.filing import Handover, Piece
from gonghui.systems.office.circulation.models.incoming import Circulation, Incoming
from gonghui.systems.office.circulation.models.outgoing import (
    Countersign,
    Delivery,
    Dispatch,
    Opinion,
    Outgoing,
    PaperTemplate,
    Reading,
    Revision,
)
from gonghui.systems.office.circulation.models.register import Number, Series
from gonghui.systems.office.circulation.models.supervision import Extension, Meeting, Progress, Task

__all__ = [
    "Circulation",
    "Countersign",
    "Delivery",
    "Dispatch",
    "Exchange",
    "Extension",
    "Handover",
    "Incoming",
    "Meeting",
    "Number",
    "Opinion",
    "Outgoing",
    "PaperTemplate",
    "Piece",
    "Progress",
    "Reading",
    "Revision",
    "Series",
    "Task",
]
