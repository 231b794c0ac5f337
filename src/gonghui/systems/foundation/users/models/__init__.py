"""Tables of D08."""

from gonghui.systems.foundation.users.models.posts import Post, PostState, PostTemplate, Tenure
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
    IN_OFFICE,
    ChangeState,
    Staff,
    StaffChange,
    StaffSource,
    StaffState,
)

__all__ = [
    "IN_OFFICE",
    "ChangeState",
    "Decision",
    "Delegation",
    "DelegationState",
    "Post",
    "PostState",
    "PostTemplate",
    "Proposal",
    "ProposalState",
    "Review",
    "ReviewItem",
    "ReviewState",
    "Staff",
    "StaffChange",
    "StaffSource",
    "StaffState",
    "Tenure",
]
