"""Who is on duty, where the hotline's desk is, what numbers help."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.org.models import Union
from gonghui.systems.rights.feedback.models import Shift

ROOT = "the hotline is taken at the province for everybody (各省集中、统一接听)"
SEATS = "who sits at the hotline now is told of calls and of danger"
NUMBERS = Setting(
    "feedback.help_numbers",
    "求助电话",
    str,
    "12351 职工热线，12356 心理援助热线，110 报警，120 急救",
    "内容里有危急的话时显示给来件人，逗号分隔，号码在前。",
    maximum=300,
)


def desk() -> Union:
    """The union that takes the hotline: the root of the tree."""
    return Union.objects.unscoped(ROOT).get(parent=None, status="active")


def numbers() -> list[tuple[str, str]]:
    """(number, whose) of the telephones that help at once."""
    found = []
    for part in NUMBERS.value().replace(",", "，").split("，"):
        number, _, whose = part.strip().partition(" ")
        if number:
            found.append((number, whose))
    return found


def words() -> str:
    """The same in one line."""
    return "，".join(f"{whose} {number}".strip() for number, whose in numbers()) + "。"


def on_shift(at: datetime | None = None) -> list[Shift]:
    """Everybody whose shift it is at a moment."""
    now = at or timezone.now()
    rows = Shift.objects.unscoped(SEATS).filter(starts_at__lte=now, ends_at__gt=now, ended=False)
    with everywhere():
        return list(rows.order_by("seat"))
