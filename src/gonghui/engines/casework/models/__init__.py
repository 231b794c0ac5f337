"""Tables of the casework engine."""

from gonghui.engines.casework.models.answers import Answer, CallBack, Rating, Reply, ReplyState
from gonghui.engines.casework.models.cases import (
    LIVE,
    OPEN,
    Case,
    CaseEvent,
    Channel,
    Difficulty,
    NumberCounter,
    Phase,
    Secrecy,
)
from gonghui.engines.casework.models.intakes import Fingerprint, Intake, ThreadLine
from gonghui.engines.casework.models.knowledge import (
    Article,
    ArticleState,
    ArticleVersion,
    Citation,
)
from gonghui.engines.casework.models.quality import QualityCheck, Sample
from gonghui.engines.casework.models.work import (
    Clock,
    Extension,
    ExtensionState,
    Movement,
    MovementKind,
    Part,
    PartRole,
    PartState,
    Pause,
    Supervision,
    Urging,
)

__all__ = [
    "LIVE",
    "OPEN",
    "Answer",
    "Article",
    "ArticleState",
    "ArticleVersion",
    "CallBack",
    "Case",
    "CaseEvent",
    "Channel",
    "Citation",
    "Clock",
    "Difficulty",
    "Extension",
    "ExtensionState",
    "Fingerprint",
    "Intake",
    "Movement",
    "MovementKind",
    "NumberCounter",
    "Part",
    "PartRole",
    "PartState",
    "Pause",
    "Phase",
    "QualityCheck",
    "Rating",
    "Reply",
    "ReplyState",
    "Sample",
    "Secrecy",
    "Supervision",
    "ThreadLine",
    "Urging",
]
