"""What other packages may call of C1.1."""

from gonghui.systems.mobilization.membership.queries.joining import own_applications
from gonghui.systems.mobilization.membership.views.joining import progress_steps, what_next

__all__ = ["own_applications", "progress_steps", "what_next"]
