"""Registers of cases: 12351 来件, 信访事项, 复查复核."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from gonghui.engines.casework import listing
from gonghui.engines.casework.actions.telling import link_of
from gonghui.engines.casework.models import Channel, Difficulty, Phase
from gonghui.engines.casework.models.cases import own_units
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.resource.declaration import (
    Choice,
    Column,
    Facts,
    Resource,
    Section,
    Sort,
    Step,
    Under,
)
from gonghui.kernel.resource.forms import ActionForm, DayField
from gonghui.systems.rights.feedback import permissions as may
from gonghui.systems.rights.feedback.actions import papers, petitions
from gonghui.systems.rights.feedback.models import (
    Appeal,
    AppealState,
    Matter,
    Nature,
    Petition,
    Purpose,
    Stage,
    Way,
)
from gonghui.systems.rights.feedback.queries.texts import without_names
from gonghui.systems.rights.feedback.rules.alerts import LEVELS
from gonghui.systems.rights.feedback.rules.petitions import RESULTS
from gonghui.systems.rights.feedback.rules.topics import TOPICS
from gonghui.systems.rights.feedback.views.forms import DecideForm, DeliverForm, area

PHASES = {
    "received": "wait",
    "routed": "wait",
    "handling": "info",
    "review": "info",
    "replied": "good",
    "closed": "good",
    "declined": "stop",
    "merged": "idle",
    "withdrawn": "idle",
}


class AppealForm(ActionForm):
    asked_on = DayField(label="收到申请的日期")
    words = area("不服的理由和请求", 6, 5000)


def topic(code: str) -> str:
    return TOPICS.get(code, "待分类")


def by_number(rows: QuerySet, text: str, scope: Any) -> QuerySet:
    return rows.filter(case__number=text.strip().upper())


def case_section(record: Any, actor: Actor) -> dict[str, Any] | None:
    """The way to the case, for whoever has nothing to do with the unit complained of."""
    if not actor.everywhere and record.case.respondent_id in own_units(actor):
        return None
    return {"case_url": link_of(record.case)}


def paper_section(record: Petition, actor: Actor) -> dict[str, Any] | None:
    found = case_section(record, actor)
    if found is None:
        return None
    return {**found, "papers": list(record.papers.order_by("pk"))}


def open_cases(rows: QuerySet) -> QuerySet:
    """What is merged is read with its lead."""
    return rows.filter(~Q(case__phase=Phase.MERGED))


MATTERS = Resource(
    code="hotline",
    title="12351 来件",
    unit="件",
    model=Matter,
    view=may.VIEW,
    rows=open_cases,
    seen=listing.apart("case__"),
    columns=(
        Column("case__number", "编号", kind="title"),
        Column("case__phase", "状态", kind="state", choices=Phase, tones=PHASES),
        Column("nature", "性质", choices=Nature),
        Column("case__category", "类别", paint=topic),
        Column("case__difficulty", "难度", choices=Difficulty),
        Column("case__channel", "渠道", choices=Channel),
        Column("union__name", "办理工会"),
        Column("case__intakes_count", "来件数", kind="number"),
        Column("case__received_at", "收到时间", kind="datetime"),
        Column("case__due_on", "期限", kind="date"),
        Column("case__score", "满意度", kind="number", shown=False),
    ),
    filters=(Choice("nature", "性质", choices=Nature), Under(title="办理工会")),
    sorts=(Sort("id", "登记先后"),),
    search=by_number,
    search_hint="编号",
    facts=(
        Facts(
            "来件",
            (
                ("编号", lambda record: record.case.number),
                ("性质", "nature"),
                ("类别", lambda record: topic(record.case.category)),
                ("状态", lambda record: record.case.get_phase_display()),
                ("办理工会", "union"),
                ("来件数", lambda record: record.case.intakes_count),
                ("预警", lambda record: LEVELS[record.alerted] or "—"),
                ("回访期限", lambda record: record.call_back_by or "—"),
            ),
        ),
    ),
    sections=(Section("办理", "feedback/section_case.html", case_section),),
    export=may.EXPORT,
    related=("case", "union"),
    empty="还没有来件。",
)

PETITION_LIST = Resource(
    code="petitions",
    title="信访事项",
    unit="件",
    model=Petition,
    view=may.VIEW_PETITIONS,
    rows=open_cases,
    seen=listing.apart("case__"),
    columns=(
        Column("case__number", "编号", kind="title"),
        Column("case__phase", "状态", kind="state", choices=Phase, tones=PHASES),
        Column("stage", "程序", choices=Stage),
        Column("way", "形式", choices=Way),
        Column("purpose", "目的", choices=Purpose),
        Column("case__category", "类别", paint=topic),
        Column("union__name", "办理工会"),
        Column("case__received_at", "收到时间", kind="datetime"),
        Column("case__due_on", "期限", kind="date"),
    ),
    filters=(
        Choice("stage", "程序", choices=Stage),
        Choice("way", "形式", choices=Way),
        Choice("purpose", "目的", choices=Purpose),
        Under(title="办理工会"),
    ),
    search=by_number,
    search_hint="编号",
    facts=(
        Facts(
            "信访事项",
            (
                ("编号", lambda record: record.case.number),
                ("形式", "way"),
                ("目的", "purpose"),
                ("程序", "stage"),
                ("状态", lambda record: record.case.get_phase_display()),
                ("办理工会", "union"),
                ("来访人数", "visitors"),
            ),
        ),
    ),
    sections=(Section("文书", "feedback/section_papers.html", paper_section),),
    steps=(
        Step(
            papers.deliver,
            "deliver",
            "登记送达",
            DeliverForm,
            shown=lambda record, actor: record.papers.filter(delivered_on=None).exists(),
            help="申请复查、复核的期限从送达之日起算。",
            done="已登记送达。",
        ),
        Step(
            petitions.register,
            "appeal",
            "登记复查复核申请",
            AppealForm,
            shown=lambda record, actor: (
                record.stage in ("handling", "review", "recheck")
                and petitions.answered_on(record) is not None
            ),
            done="已登记，由上一级工会办理。",
        ),
    ),
    export=may.EXPORT_PETITION,
    related=("case", "union"),
    empty="还没有信访事项。",
)

APPEALS = Resource(
    code="appeals",
    title="复查复核",
    unit="件",
    model=Appeal,
    view=may.VIEW_PETITIONS,
    seen=listing.apart("petition__case__"),
    columns=(
        Column("petition__case__number", "信访事项", kind="title"),
        Column(
            "state",
            "状态",
            kind="state",
            choices=AppealState,
            tones={"open": "wait", "decided": "good"},
        ),
        Column("stage", "程序", choices=Stage),
        Column("union__name", "办理工会"),
        Column("asked_on", "申请日期", kind="date"),
        Column("due_on", "期限", kind="date"),
        Column("result", "结果", paint=lambda value: RESULTS.get(value, "—")),
    ),
    filters=(
        Choice("state", "状态", choices=AppealState),
        Choice("stage", "程序", choices=Stage),
        Under(title="办理工会"),
    ),
    sorts=(Sort("due_on", "期限", False),),
    facts=(
        Facts(
            "申请",
            (
                ("信访事项", lambda record: record.petition.case.number),
                ("程序", "stage"),
                ("办理工会", "union"),
                ("申请日期", "asked_on"),
                ("办理期限", "due_on"),
                ("理由", lambda record: without_names(record.words.reveal(), record.petition.case)),
                ("结果", lambda record: RESULTS.get(record.result, "—")),
                ("意见", lambda record: record.opinion.reveal() if record.opinion else "—"),
                ("决定日期", lambda record: record.decided_on or "—"),
            ),
        ),
    ),
    steps=(
        Step(
            petitions.decide,
            "decide",
            "出具意见",
            DecideForm,
            shown=lambda record, actor: record.state == AppealState.OPEN,
            help="意见书随即编号制发。",
            tone="primary",
            done="已出具意见，意见书已制发。",
        ),
    ),
    related=("petition__case", "union"),
    empty="还没有复查复核。",
)
