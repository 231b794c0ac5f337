"""Models of C1.2 (工会法人资格登记)."""

from gonghui.systems.mobilization.legal_person.models.applications import (
    Application,
    Counter,
    MaterialFile,
    Procedure,
    State,
)
from gonghui.systems.mobilization.legal_person.models.certificates import (
    Certificate,
    CertificateState,
    Copy,
    SealUse,
    Sheet,
    SheetState,
)
from gonghui.systems.mobilization.legal_person.models.codes import (
    CodeAnswer,
    CodeRange,
    CodeRequest,
    CodeState,
    RequestKind,
    RequestState,
    UnionCode,
)
from gonghui.systems.mobilization.legal_person.models.persons import LegalPerson, Standing

__all__ = [
    "Application",
    "Certificate",
    "CertificateState",
    "CodeAnswer",
    "CodeRange",
    "CodeRequest",
    "CodeState",
    "Copy",
    "Counter",
    "LegalPerson",
    "MaterialFile",
    "Procedure",
    "RequestKind",
    "RequestState",
    "SealUse",
    "Sheet",
    "SheetState",
    "Standing",
    "State",
    "UnionCode",
]
