"""The tables of B3.1.3."""

from gonghui.systems.media.short_messages.models.incoming import Incoming, IncomingPart, Receipt
from gonghui.systems.media.short_messages.models.money import Bill, Budget, BudgetMonth
from gonghui.systems.media.short_messages.models.people import Audience, BlackEntry, Consent
from gonghui.systems.media.short_messages.models.routes import Route
from gonghui.systems.media.short_messages.models.sending import Batch, Message, Submit
from gonghui.systems.media.short_messages.models.wording import Keyword, Signature, TextTemplate

__all__ = [
    "Audience",
    "Batch",
    "Bill",
    "BlackEntry",
    "Budget",
    "BudgetMonth",
    "Consent",
    "Incoming",
    "IncomingPart",
    "Keyword",
    "Message",
    "Receipt",
    "Route",
    "Signature",
    "Submit",
    "TextTemplate",
]
