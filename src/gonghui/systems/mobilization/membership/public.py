"""What other packages may call of C1.1."""

from gonghui.systems.mobilization.membership.actions.registered import write_back
from gonghui.systems.mobilization.membership.queries.joining import own_applications
from gonghui.systems.mobilization.membership.queries.registered import chairs_of, recorded_facts
from gonghui.systems.mobilization.membership.resources.joining import JOINS
from gonghui.systems.mobilization.membership.resources.members import MEMBERS
from gonghui.systems.mobilization.membership.resources.merging import DUPLICATES
from gonghui.systems.mobilization.membership.views.joining_progress import progress_steps, what_next

__all__ = [
    "DUPLICATES",
    "JOINS",
    "MEMBERS",
    "chairs_of",
    "own_applications",
    "progress_steps",
    "recorded_facts",
    "what_next",
    "write_back",
]
