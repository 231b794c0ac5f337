"""Tables of D08."""

from gonghui.systems.foundation.users.models.posts import Post, PostState, PostTemplate, Tenure
from gonghui.systems.foundation.users.models.provisioning import (
    Difference,
    DifferenceKind,
    ExternalId,
    ItemState,
    Outcome,
    PushItem,
    Receipt,
    Reconciliation,
    RunState,
    Source,
    SourceState,
    SourceToken,
    Target,
    TargetState,
    TokenState,
    Verb,
)
from gonghui.systems.foundation.users.models.reviews import (
    Decision,
    Review,
    ReviewItem,
    ReviewState,
)
from gonghui.systems.foundation.users.models.rights import (
    Delegation,
    DelegationState,
    Proposal,
    ProposalState,
)
from gonghui.systems.foundation.users.models.staff import (
    ChangeState,
    Staff,
    StaffChange,
    StaffSource,
)

__all__ = [
    "ChangeState",
    "Decision",
    "Delegation",
    "DelegationState",
    "Difference",
    "DifferenceKind",
    "ExternalId",
    "ItemState",
    "Outcome",
    "Post",
    "PostState",
    "PostTemplate",
    "Proposal",
    "ProposalState",
    "PushItem",
    "Receipt",
    "Reconciliation",
    "Review",
    "ReviewItem",
    "ReviewState",
    "RunState",
    "Source",
    "SourceState",
    "SourceToken",
    "Staff",
    "StaffChange",
    "StaffSource",
    "Target",
    "TargetState",
    "Tenure",
    "TokenState",
    "Verb",
]
