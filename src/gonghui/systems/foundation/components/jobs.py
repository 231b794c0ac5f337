"""What D02 does by itself: forget decisions of tables past their term."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.jobs.periodic import every
from gonghui.kernel.jobs.registry import job
from gonghui.kernel.rules.models import DecisionTrace

KEPT_MONTHS = Setting(
    "rules.trace_months",
    "决策记录保存月数",
    int,
    36,
    "决策表每次得出结果的记录保存多久。影响试算用的就是这些记录。",
    unit="个月",
    minimum=6,
    maximum=600,
)


@every("50 4 * * *")
@job("rules.forget_traces", "清理到期决策记录", once=True)
def forget_traces() -> None:
    """Delete traces past their term."""
    before = timezone.now() - timedelta(days=KEPT_MONTHS.value() * 31)
    rows = DecisionTrace.objects.unscoped("the term of records is the same everywhere")
    rows.filter(decided_at__lt=before).delete()
