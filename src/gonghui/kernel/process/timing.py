"""When a timer of a diagram comes due. Pure."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from gonghui.kernel.base.workdays import add_workdays

DURATION = re.compile(r"P(?:(\d{1,3})D)?(?:T(?:(\d{1,3})H)?(?:(\d{1,4})M)?)?", re.ASCII)


def due_of(detail: str, now: datetime) -> datetime:
    """The time a wait ends that begins now, an aware time whose zone says what a day is.

    detail: a number of workdays, due at the end of the last one, or an ISO 8601 duration in
    days, hours and minutes ("P3D", "PT2H"). ValueError for anything else.
    """
    if detail.isascii() and detail.isdigit():
        last = add_workdays(now.date(), int(detail))
        return datetime.combine(last, time(23, 59, 59), tzinfo=now.tzinfo)
    found = DURATION.fullmatch(detail)
    if found is None or not any(found.groups()):
        raise ValueError(f"not a duration: {detail!r}")
    days, hours, minutes = (int(part or 0) for part in found.groups())
    return now + timedelta(days=days, hours=hours, minutes=minutes)
