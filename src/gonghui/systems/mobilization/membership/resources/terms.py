"""Committee terms (届期): the list by urgency, the record, registering and delaying."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.codes.parameters import TERM_EXTENSION_MAX_MONTHS
from gonghui.kernel.resource.declaration import (
    Choice,
    Column,
    Custom,
    Days,
    Facts,
    Resource,
    Section,
    Sort,
    Step,
    Under,
)
from gonghui.kernel.resource.forms import ActionForm, DayField, UnionField
from gonghui.kernel.ui import components as ui
from gonghui.systems.mobilization.membership import permissions
from gonghui.systems.mobilization.membership.actions import terms as actions
from gonghui.systems.mobilization.membership.actions.evidence import EVIDENCE
from gonghui.systems.mobilization.membership.models.terms import TermState, UnionTerm
from gonghui.systems.mobilization.membership.queries.evidence import evidence_of
from gonghui.systems.mobilization.membership.queries.terms import of_urgency
from gonghui.systems.mobilization.membership.rules import terms as rules

TONES = {"in_office": "good", "delayed": "wait", "expired": "stop", "superseded": "idle"}
URGENCY_TONES = {
    rules.Urgency.OVERDUE_LONG: "stop",
    rules.Urgency.OVERDUE: "stop",
    rules.Urgency.DELAYED: "wait",
    rules.Urgency.ONE: "wait",
    rules.Urgency.THREE: "info",
    rules.Urgency.SIX: "info",
    rules.Urgency.LATER: "idle",
}


class RegisterForm(ActionForm):
    """The result of an election."""

    union = UnionField(label="工会", permission=permissions.REGISTER_TERM)
    number = forms.IntegerField(
        label="届次", min_value=1, max_value=99, help_text="第几届，填数字。"
    )
    elected_on = DayField(label="选举日期")
    years = forms.TypedChoiceField(
        label="任期",
        coerce=int,
        choices=[("3", "3 年"), ("5", "5 年")],
        widget=forms.RadioSelect,
        help_text="基层工会3年或5年，地方和产业工会5年。",
    )
    chair_name = forms.CharField(label="当选主席", max_length=50)
    member_number = forms.CharField(
        label="主席的会员号", max_length=12, required=False, help_text="填写后与会员档案关联。"
    )
    committee_size = forms.IntegerField(label="委员人数", min_value=1, max_value=300)
    standing_size = forms.IntegerField(
        label="常务委员人数", min_value=0, max_value=300, required=False
    )
    audit_size = forms.IntegerField(
        label="经费审查委员会人数", min_value=0, max_value=100, required=False
    )
    women_size = forms.IntegerField(
        label="女职工委员会人数", min_value=0, max_value=100, required=False
    )
    document = forms.CharField(
        label="批复文号", max_length=80, help_text="上级工会对选举结果的批复。"
    )
    evidence = forms.FileField(
        label="批复文件", required=False, help_text=f"{EVIDENCE.accepted}，不超过 20 MB。"
    )
    groups = [
        ("选举", ["union", "number", "elected_on", "years"]),
        (
            "当选",
            [
                "chair_name",
                "member_number",
                "committee_size",
                "standing_size",
                "audit_size",
                "women_size",
            ],
        ),
        ("依据", ["document", "evidence"]),
    ]


class DelayForm(ActionForm):
    delayed_to = DayField(label="延期至")
    reason = forms.CharField(
        label="延期理由", max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    document = forms.CharField(label="批复文号", max_length=80)
    evidence = forms.FileField(
        label="批复文件", required=False, help_text=f"{EVIDENCE.accepted}，不超过 20 MB。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.record is not None:
            most = TERM_EXTENSION_MAX_MONTHS.on(self.record.ends_on)
            latest = rules.latest_delay(self.record.ends_on, most)
            self.fields[
                "delayed_to"
            ].help_text = f"{self.record.ends_on:%Y-%m-%d} 届满，最迟可延期至 {latest:%Y-%m-%d}。"


def urgency_of(term: UnionTerm) -> Any:
    if term.state == TermState.SUPERSEDED:
        return "已换届"
    found = term.urgency(timezone.localdate())
    return ui.pill(found.label, URGENCY_TONES[found])


def may_delay(term: UnionTerm, actor: Actor) -> bool:
    """Delays are allowed by the superior only."""
    parent = term.union.parent
    return (
        term.state != TermState.SUPERSEDED
        and term.delayed_to is None
        and parent is not None
        and actor.may(permissions.DELAY_TERM, parent.path)
    )


def proofs(term: UnionTerm, actor: Actor) -> dict[str, Any] | None:
    files = evidence_of(term)
    return {"files": files} if files else None


TERMS = Resource(
    code="terms",
    title="届期",
    unit="届",
    model=UnionTerm,
    view=permissions.VIEW_TERMS,
    columns=(
        Column("union__name", "工会", kind="title"),
        Column("number", "届次", kind="number"),
        Column("elected_on", "选举日期", kind="date"),
        Column("years", "任期（年）", kind="number", shown=False),
        Column("ends_on", "届满日期", kind="date"),
        Column("delayed_to", "延期至", kind="date"),
        Column("deadline", "应换届日期", kind="date"),
        Column("state", "状态", kind="state", choices=TermState, tones=TONES),
        Column("chair_name", "主席"),
        Column("committee_size", "委员人数", kind="number", shown=False),
        Column("document", "批复文号", shown=False),
    ),
    filters=(
        Custom(
            "urgency",
            "紧急程度",
            lambda actor: rules.Urgency.choices(),
            lambda rows, value: (
                rows.filter(of_urgency(rules.Urgency(value), timezone.localdate()))
                if value in set(rules.Urgency)
                else rows.none()
            ),
        ),
        Choice("state", "状态", choices=TermState),
        Days("deadline", "应换届日期"),
        Under(),
    ),
    sorts=(Sort("deadline", "应换届日期", descending=False), Sort("elected_on", "选举日期")),
    search=lambda rows, text, scope: rows.filter(union__name__contains=text),
    search_hint="工会名称",
    facts=(
        Facts(
            "届期",
            (
                ("工会", "union"),
                ("届次", lambda term: f"第{term.number}届"),
                ("选举日期", "elected_on"),
                ("任期", lambda term: f"{term.years}年"),
                ("届满日期", "ends_on"),
                ("紧急程度", urgency_of),
            ),
        ),
        Facts(
            "委员会",
            (
                ("主席", "chair_name"),
                ("委员人数", "committee_size"),
                ("常务委员人数", "standing_size"),
                ("经费审查委员会人数", "audit_size"),
                ("女职工委员会人数", "women_size"),
                ("选举结果批复", "document"),
            ),
        ),
        Facts(
            "延期",
            (
                ("延期至", "delayed_to"),
                ("理由", "delay_reason"),
                ("批复文号", "delay_document"),
            ),
        ),
    ),
    sections=(Section("批复文件", "membership/changes/evidence.html", proofs),),
    creates=(
        Step(
            actions.register,
            "register",
            "登记换届结果",
            form=RegisterForm,
            help="选举结果经上级工会批准后登记；上一届随之结束，主席随之更新。",
            done=lambda term: f"已登记第{term.number}届，{term.ends_on:%Y-%m-%d} 届满。",
        ),
    ),
    steps=(
        Step(
            actions.delay,
            "delay",
            "登记延期换届",
            form=DelayForm,
            shown=may_delay,
            done=lambda term: f"已登记延期至 {term.delayed_to:%Y-%m-%d}。",
        ),
    ),
    export=permissions.EXPORT_TERMS,
    related=("union", "union__parent"),
    empty="还没有登记届期。请登记最近一次换届结果，系统会在届满前提醒。",
)
