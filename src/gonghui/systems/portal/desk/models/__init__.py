"""Tables of the desk."""

from gonghui.systems.portal.desk.models.arranging import Desk, RoleHabit, Usage
from gonghui.systems.portal.desk.models.following import Follow
from gonghui.systems.portal.desk.models.notices import Notice, NoticeReading, NoticeState
from gonghui.systems.portal.desk.models.planning import Appointment

__all__ = [
    "Appointment",
    "Desk",
    "Follow",
    "Notice",
    "NoticeReading",
    "NoticeState",
    "RoleHabit",
    "Usage",
]
