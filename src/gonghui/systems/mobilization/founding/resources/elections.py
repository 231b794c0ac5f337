"""Elections (选举): the list, the record with ballots and rules, the steps."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone

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
from gonghui.kernel.resource.forms import ActionForm, DayField, UnionField
from gonghui.systems.mobilization.founding import permissions
from gonghui.systems.mobilization.founding.actions import elections as actions
from gonghui.systems.mobilization.founding.models import Ballot, Election
from gonghui.systems.mobilization.founding.models.elections import (
    Body,
    ElectionState,
    Purpose,
)
from gonghui.systems.mobilization.founding.queries import elections as queries
from gonghui.systems.mobilization.founding.queries import law
from gonghui.systems.mobilization.founding.resources.asking import ReasonForm, ReplyForm
from gonghui.systems.mobilization.founding.rules import elections as rules
from gonghui.systems.mobilization.founding.views.printing import PAPERS
from gonghui.systems.mobilization.founding.views.requesting import ConveneForm

TONES = {
    "planned": "wait",
    "held": "info",
    "reported": "wait",
    "returned": "info",
    "approved": "good",
    "abandoned": "idle",
}
RESULT_TONES = {
    rules.Result.COMPLETE: "good",
    rules.Result.SHORT: "wait",
    rules.Result.TIE: "wait",
    rules.Result.VOID: "stop",
    rules.Result.NO_QUORUM: "stop",
}
HEADCOUNT = {"min_value": 0, "max_value": 1_000_000}


class PlanForm(ConveneForm):
    union = UnionField(label="工会", permission=permissions.HOLD_ELECTION)
    members = forms.IntegerField(label="会员人数", min_value=1, max_value=1_000_000)
    women = forms.IntegerField(label="其中女会员", min_value=0, max_value=1_000_000)
    field_order = ["union", "planned_on", "assembly", "years", "place", "members", "women"]


class OpenForm(ActionForm):
    held_on = DayField(label="召开日期")
    due = forms.IntegerField(label="应到人数", min_value=1, max_value=1_000_000)
    present = forms.IntegerField(label="实到人数", **HEADCOUNT)
    chaired_by = forms.CharField(label="主持人", max_length=50)
    tellers = forms.CharField(
        label="监票人、计票人", max_length=200, help_text="由大会通过，候选人不担任。"
    )
    place = forms.CharField(label="地点", max_length=120, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.record is not None:
            self.fields["due"].initial = self.record.due or self.record.members
            self.fields[
                "due"
            ].help_text = f"会员 {self.record.members} 人；到会不少于应到的三分之二方可选举。"


class NominateForm(ActionForm):
    office = forms.ChoiceField(label="职务", choices=rules.Office.choices())
    body = forms.ChoiceField(
        label="由谁选举", choices=Body.choices, initial=Body.CONGRESS, widget=forms.RadioSelect
    )
    seats = forms.IntegerField(label="应选名额", min_value=1, max_value=300)
    candidates = forms.CharField(
        label="候选人",
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="每行一名：姓名 单位和职务 女（女性写在最后）。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.record is not None:
            shares = law.surplus_on(self.record.held_on or self.record.planned_on)
            self.fields["seats"].help_text = "；".join(
                f"{office.label}差额率不低于 {percent}%" for office, percent in shares.items()
            )


class CountForm(ActionForm):
    """The count of one ballot, with a field for each candidate's votes."""

    ballot = forms.IntegerField(widget=forms.HiddenInput)
    due = forms.IntegerField(label="应到", required=False, **HEADCOUNT)
    present = forms.IntegerField(label="实到", required=False, **HEADCOUNT)
    issued = forms.IntegerField(label="发出选票", **HEADCOUNT)
    returned = forms.IntegerField(label="收回选票", **HEADCOUNT)
    valid = forms.IntegerField(label="有效票", **HEADCOUNT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.candidates: list[int] = []
        found = self._ballot()
        if found is None:
            return
        self.fields["ballot"].initial = found.pk
        asked = found.body != Body.CONGRESS
        for name in ("due", "present"):
            self.fields[name].required = asked
            if not asked:
                del self.fields[name]
        for candidate in found.candidates.all():
            self.candidates.append(candidate.pk)
            self.fields[f"votes_{candidate.pk}"] = forms.IntegerField(
                label=f"{candidate.name}的赞成票", help_text=candidate.post, **HEADCOUNT
            )
        papers = [name for name in ("due", "present") if name in self.fields]
        self.groups = [
            (
                f"{found}：应选 {found.seats} 名",
                ["ballot", *papers, "issued", "returned", "valid"],
                f"由{found.get_body_display()}选举。收回多于发出的，选举无效。",
            ),
            ("赞成票", [f"votes_{pk}" for pk in self.candidates]),
        ]

    def _ballot(self) -> Ballot | None:
        if self.record is None:
            return None
        wanted = str(self.data.get("ballot") or (self.initial or {}).get("ballot") or "")
        rows = queries.ballots_of(self.record)
        named = [item for item in rows if str(item.pk) == wanted]
        return next(iter(named or [item for item in rows if not item.is_counted]), None)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        votes = {pk: values.pop(f"votes_{pk}", None) for pk in self.candidates}
        values["votes"] = {pk: number for pk, number in votes.items() if number is not None}
        return values


class AgainForm(ActionForm):
    office = forms.ChoiceField(label="职务", choices=rules.Office.choices())
    candidates = forms.CharField(
        label="另行提名的候选人",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="未选足时可另行提名，每行一名；不填的，由未当选的候选人再次参选。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.record is not None:
            self.fields["office"].choices = [
                (ballot.office, f"{ballot.get_office_display()}（{ballot.get_result_display()}）")
                for ballot in queries.unsettled(self.record)
            ]


class BallotForm(ActionForm):
    ballot = forms.TypedChoiceField(label="选票", coerce=int)
    counted = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.record is not None:
            self.fields["ballot"].choices = [
                (item.pk, f"{item}：{item.get_result_display() or '未计票'}")
                for item in queries.ballots_of(self.record)
                if item.is_counted == self.counted
            ]


class CorrectForm(BallotForm, ReasonForm):
    counted = True
    field_order = ["ballot", "reason"]


def ballots(election: Election, actor: Actor) -> dict[str, Any] | None:
    """Each ballot: candidates, votes, and the count with the rule of each step."""
    found = queries.ballots_of(election)
    rows = []
    for item in found:
        people = sorted(item.candidates.all(), key=lambda one: (-(one.votes or 0), one.pk))
        rows.append(
            {
                "ballot": item,
                "people": people,
                "kind": RESULT_TONES.get(rules.Result(item.result), "idle") if item.result else "",
                "count_url": (
                    reverse("resource:elections:step", args=[election.pk, "count"])
                    + f"?ballot={item.pk}"
                    if not item.is_counted
                    and election.state in actions.COUNTING
                    and actor.may(
                        permissions.HOLD_ELECTION, election.org_path, election.applicant_id
                    )
                    else ""
                ),
                "paper_url": reverse("election-paper", args=[election.pk, item.pk]),
            }
        )
    return {"ballots": rows} if rows else None


def missing(election: Election, actor: Actor) -> dict[str, Any] | None:
    """What still has to be done before the result can be approved."""
    if election.state in (ElectionState.APPROVED, ElectionState.ABANDONED):
        return None
    on = election.held_on or timezone.localdate()
    elected = queries.elected_counts(election)
    found = rules.missing_committees(elected, election.women, law.WOMEN_COMMITTEE.on(on))
    again = [
        (f"{item.get_office_display()}{item.get_result_display()}，须再次投票", rules.SHORT_RULE)
        for item in queries.unsettled(election)
    ]
    return {"missing": [*again, *found]} if again or found else None


def prints(election: Election, actor: Actor) -> dict[str, Any] | None:
    """The papers that can be printed now."""
    found = []
    if election.state != ElectionState.PLANNED and election.held_on:
        found += ["minutes", "sheet", "report"]
    if election.state == ElectionState.APPROVED:
        found.append("reply")
    links = [
        (PAPERS[what][0], reverse("election-print", args=[election.pk, what])) for what in found
    ]
    return {"prints": links} if links else None


def _open(election: Election, actor: Actor) -> bool:
    return election.state in (ElectionState.PLANNED, ElectionState.HELD, ElectionState.RETURNED)


def _counted(election: Election) -> bool:
    return any(item.is_counted for item in queries.ballots_of(election))


def _above(election: Election, actor: Actor) -> bool:
    return election.state == ElectionState.REPORTED and actor.may(
        permissions.DECIDE_ELECTION, election.superior.path
    )


ELECTIONS = Resource(
    code="elections",
    title="选举",
    unit="次",
    model=Election,
    view=permissions.VIEW_ELECTIONS,
    columns=(
        Column("union_name", "工会", kind="title"),
        Column("purpose", "事由", choices=Purpose),
        Column("state", "状态", kind="state", choices=ElectionState, tones=TONES),
        Column("number", "届次", kind="number"),
        Column("planned_on", "拟召开", kind="date"),
        Column("held_on", "召开日期", kind="date"),
        Column("due", "应到", kind="number"),
        Column("present", "实到", kind="number"),
        Column("superior__name", "上级工会", shown=False),
        Column("document", "批复文号", shown=False),
        Column("receipt", "编号", shown=False),
    ),
    filters=(
        Choice("state", "状态", choices=ElectionState),
        Choice("purpose", "事由", choices=Purpose),
        Under(),
    ),
    sorts=(Sort("id", "登记先后"), Sort("planned_on", "拟召开日期")),
    search=lambda rows, text, scope: rows.filter(union_name__contains=text),
    search_hint="工会名称",
    facts=(
        Facts(
            "大会",
            (
                ("工会", "union_name"),
                ("事由", "purpose"),
                ("会议形式", "assembly"),
                ("届次", lambda item: f"第{item.number}届"),
                ("任期", lambda item: f"{item.years}年"),
                ("拟召开日期", "planned_on"),
                ("召开日期", "held_on"),
                ("地点", "place"),
            ),
        ),
        Facts(
            "到会",
            (
                ("会员人数", "members"),
                ("女会员人数", "women"),
                ("应到人数", "due"),
                ("实到人数", "present"),
                ("主持人", "chaired_by"),
                ("监票人、计票人", "tellers"),
            ),
        ),
        Facts(
            "报批",
            (
                ("报批人", "reported_by_name"),
                ("报批时间", "reported_at"),
                ("批复人", "decided_by_name"),
                ("批复文号", "document"),
                ("意见", "opinion"),
            ),
        ),
    ),
    sections=(
        Section("选票和结果", "founding/ballots.html", ballots),
        Section("还须办理", "founding/missing.html", missing),
        Section("打印", "founding/prints.html", prints),
    ),
    creates=(
        Step(
            actions.plan,
            "plan",
            "筹备换届选举",
            form=PlanForm,
            help="届次按上一届顺延；选举结果报上级工会批复后，新一届任期随之登记。",
            done="已登记，请确定候选人。",
        ),
    ),
    steps=(
        Step(
            actions.nominate,
            "nominate",
            "确定候选人",
            form=NominateForm,
            shown=_open,
            done="候选人已登记。",
        ),
        Step(
            actions.open_congress,
            "open",
            "登记到会情况",
            form=OpenForm,
            shown=lambda item, actor: _open(item, actor) and not _counted(item),
            done="已登记，可以计票。",
        ),
        Step(
            actions.count,
            "count",
            "登记计票结果",
            form=CountForm,
            shown=lambda item, actor: (
                item.state in actions.COUNTING and bool(queries.uncounted(item))
            ),
            done="已计票，结果见下。",
        ),
        Step(
            actions.vote_again,
            "again",
            "再次投票",
            form=AgainForm,
            shown=lambda item, actor: (
                item.state in actions.COUNTING and bool(queries.unsettled(item))
            ),
            done="已登记再次投票，请登记计票结果。",
        ),
        Step(
            actions.correct,
            "correct",
            "更正计票",
            form=CorrectForm,
            shown=lambda item, actor: item.state in actions.COUNTING and _counted(item),
            help="只更正登记错误：原数字留在操作记录中，请按计票单重新登记。"
            "同一职务此后的投票随之取消。",
            done="已取消原登记，请重新登记计票结果。",
        ),
        Step(
            actions.take_down,
            "take-down",
            "撤下选举事项",
            form=BallotForm,
            shown=lambda item, actor: _open(item, actor) and bool(queries.uncounted(item)),
            done="已撤下。",
        ),
        Step(
            actions.report,
            "report",
            "报批选举结果",
            shown=lambda item, actor: item.state in actions.COUNTING and _counted(item),
            tone="primary",
            done=lambda item: f"已报“{item.superior.name}”批复。",
        ),
        Step(
            actions.approve,
            "approve",
            "批复选举结果",
            form=ReplyForm,
            shown=_above,
            tone="primary",
            help="批复后任期随之登记；成立大会的，工会同时成立，登记的会员入会。",
            done="已批复。",
        ),
        Step(
            actions.send_back,
            "return",
            "退回补正",
            form=ReasonForm,
            shown=_above,
            done="已退回。",
        ),
        Step(
            actions.abandon,
            "abandon",
            "终止选举",
            form=ReasonForm,
            shown=_open,
            tone="danger",
            done="已终止。",
        ),
    ),
    export=permissions.EXPORT_ELECTIONS,
    related=("union", "superior", "preparation"),
    empty="还没有选举。届满前请筹备换届选举。",
)
