"""What happens by itself: feeds are read, cases that came in are judged."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from gonghui.engines.casework.models import Case, Intake
from gonghui.engines.language.actions.danger import hand_over
from gonghui.engines.language.actions.recording import index, remember
from gonghui.engines.language.models import Source
from gonghui.engines.language.queries.judging import judge
from gonghui.kernel.bus.models import Outbox
from gonghui.kernel.bus.subscribers import subscriber
from gonghui.kernel.jobs.periodic import every
from gonghui.kernel.jobs.registry import defer, job
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.systems.foundation.ai.actions.monitoring import READING, read
from gonghui.systems.foundation.ai.models import FeedSource, SourceState

AT_ONCE = 20
JUDGING = "every text that came in is judged once, without keeping it"


@every(300)
@job("ai.feeds", "读取网络信息源", retry=1, once=True)
def read_feeds() -> int:
    """Read the sources whose time has come; returns how many pieces were kept."""
    rows = FeedSource.objects.unscoped(READING).select_related("union")
    with transaction.atomic():
        raise_wall(Scope.everything())
        due = list(
            rows.filter(state=SourceState.ACTIVE, next_at__lte=timezone.now()).order_by("next_at")[
                :AT_ONCE
            ]
        )
    return sum(read(source) for source in due)


@job("ai.judge_case", "来件文本分析", retry=3)
def judge_case(case_id: int) -> int:
    """Judge the intakes of a case and let them be found by their likes."""
    with transaction.atomic():
        raise_wall(Scope.everything())
        case = Case.objects.unscoped(JUDGING).select_related("union").filter(pk=case_id).first()
        if case is None:
            return 0
        rows = Intake.objects.unscoped(JUDGING).filter(case=case).order_by("pk")
        done = 0
        for intake in rows:
            parts = [part.reveal() for part in (intake.title, intake.text) if part is not None]
            text = "。".join(parts).strip()
            if not text:
                continue
            found = judge(text, case.union.path)
            record = remember(
                case.union,
                source=Source.CASE,
                ref=f"intake/{intake.pk}",
                text=text,
                channel=intake.channel,
                at=intake.received_at,
                found=found,
            )
            if found.crisis is not None and not case.crisis and record.settled_at is None:
                # Whoever took it in had no watch; with one, people were called in that same step.
                hand_over(record, text, found=found.crisis)
            index("case", str(case.pk), text)
            done += 1
    return done


@subscriber("cn.gonghui.casework.received", name="ai.judge")
def case_received(row: Outbox) -> None:
    """A case came in: judge it after its transaction."""
    if isinstance(row.data.get("id"), int):
        defer(judge_case, case_id=row.data["id"])
