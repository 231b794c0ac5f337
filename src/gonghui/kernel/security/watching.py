"""What is unusual enough to be told: large exports and exports by night."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.security.events import Happening, Kind, remember
from gonghui.kernel.security.models import Severity

EXPORT_ROWS = Setting(
    "security.export_rows",
    "大量导出的起点",
    int,
    10_000,
    "一次导出达到这么多行，记为异常导出，由安全管理员核实。",
    unit="行",
    minimum=1,
    maximum=100_000_000,
)
NIGHT_FROM = Setting(
    "security.night_from",
    "夜间开始",
    int,
    22,
    "从这个钟点起的导出记为异常导出；与夜间结束相同表示不判断。",
    unit="时",
    minimum=0,
    maximum=23,
)
NIGHT_TO = Setting(
    "security.night_to",
    "夜间结束",
    int,
    6,
    "到这个钟点为止的导出记为异常导出。",
    unit="时",
    minimum=0,
    maximum=23,
)


def is_night(at: datetime) -> bool:
    """Whether a moment lies in the hours when nobody is expected to export."""
    start, end, hour = NIGHT_FROM.value(), NIGHT_TO.value(), timezone.localtime(at).hour
    if start <= end:
        return start <= hour < end
    return hour >= start or hour < end


def exported(
    *, title: str, rows: int, user_id: int | None, name: str, ip: str, path: str, at: datetime
) -> None:
    """Look at an export that was just written; tell of it if it is unusual."""
    large, night = rows >= EXPORT_ROWS.value(), is_night(at)
    if not (large or night):
        return
    remember(
        Happening(
            Kind.UNUSUAL_EXPORT,
            Severity.SERIOUS if large and night else Severity.WARNING,
            user_id=user_id,
            name=name,
            ip=ip,
            subject=title,
            org_path=path,
            facts={"rows": rows, "large": large, "night": night},
        )
    )
