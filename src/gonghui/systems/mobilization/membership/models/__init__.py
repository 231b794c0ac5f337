"""Tables of C1.1."""

from gonghui.systems.mobilization.membership.models.changes import UnionChange
from gonghui.systems.mobilization.membership.models.corrections import Correction
from gonghui.systems.mobilization.membership.models.joining import (
    AttemptCounter,
    JoinApplication,
    JoinDraft,
)
from gonghui.systems.mobilization.membership.models.merging import DuplicatePair
from gonghui.systems.mobilization.membership.models.organisers import (
    Assessment,
    Organiser,
    Training,
)
from gonghui.systems.mobilization.membership.models.receipts import ReceiptCounter
from gonghui.systems.mobilization.membership.models.standing import StandingChange
from gonghui.systems.mobilization.membership.models.terms import UnionTerm
from gonghui.systems.mobilization.membership.models.transfers import Transfer
from gonghui.systems.mobilization.membership.models.unions import UnionOfficer, UnionProfile

__all__ = [
    "Assessment",
    "AttemptCounter",
    "Correction",
    "DuplicatePair",
    "JoinApplication",
    "JoinDraft",
    "Organiser",
    "ReceiptCounter",
    "StandingChange",
    "Training",
    "Transfer",
    "UnionChange",
    "UnionOfficer",
    "UnionProfile",
    "UnionTerm",
]
