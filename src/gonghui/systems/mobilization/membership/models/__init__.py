"""Tables of C1.1."""

from gonghui.systems.mobilization.membership.models.joining import (
    AttemptCounter,
    JoinApplication,
    JoinDraft,
)
from gonghui.systems.mobilization.membership.models.receipts import ReceiptCounter

__all__ = ["AttemptCounter", "JoinApplication", "JoinDraft", "ReceiptCounter"]
