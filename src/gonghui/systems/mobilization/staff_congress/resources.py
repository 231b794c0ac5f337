"""Lists, records and steps of staff congresses, sessions, proposals and publicity."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import F
from django.urls import reverse

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
from gonghui.systems.mobilization.membership.public import MEMBERS
from gonghui.systems.mobilization.staff_congress import actions, permissions, queries, rules
from gonghui.systems.mobilization.staff_congress.models import (
    CongressKind,
    CongressState,
    Proposal,
    ProposalState,
    Publicity,
    PublicityKind,
    Session,
    SessionState,
    StaffCongress,
)

AREA = forms.Textarea(attrs={"rows": 4})
NUMBER = {"min_value": 0, "max_value": 1_000_000}


class BeginForm(ActionForm):
    union = UnionField(label="工会", permission=permissions.KEEP_CONGRESS)
    number = forms.IntegerField(label="届次", min_value=1, max_value=99)
    kind = forms.ChoiceField(label="形式", choices=CongressKind.choices, widget=forms.RadioSelect)
    employees = forms.IntegerField(label="职工人数", min_value=1, max_value=1_000_000)
    began_on = DayField(label="起始日期")
    years = forms.IntegerField(label="任期（年）", min_value=1, max_value=9, initial=3)


class DelegatesForm(ActionForm):
    elected_on = DayField(label="当选日期")
    people = forms.CharField(
        label="职工代表",
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="每行一名：姓名 选区 身份 女。"
        "身份为一线、专技、管理、中层、领导之一，女性写在最后。",
    )


class MandateForm(ActionForm):
    delegate = forms.TypedChoiceField(label="职工代表", coerce=int)
    left_on = DayField(label="终止日期")
    reason = forms.CharField(label="原因", max_length=100, help_text="如：调离、选区罢免。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.record is not None:
            self.fields["delegate"].choices = [
                (item.pk, f"{item.name}（{item.unit}）") for item in queries.serving(self.record)
            ]


class LinkForm(ActionForm):
    delegate = forms.TypedChoiceField(label="职工代表", coerce=int)
    number = forms.CharField(label="会员号", max_length=12, help_text="见会员档案或会员卡。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.record is not None:
            rows = queries.serving(self.record).order_by(F("person_id").asc(nulls_first=True), "pk")
            self.fields["delegate"].choices = [
                (item.pk, f"{item.name}（{item.unit}）{'' if item.person_id else '：未关联'}")
                for item in rows
            ]


class ConveneForm(ActionForm):
    planned_on = DayField(label="会议日期")
    place = forms.CharField(label="地点", max_length=120)
    agenda = forms.CharField(
        label="议程",
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="每行一项，需要表决的在前面注明【表决】【集体合同】或【选举】。",
    )


class SignInForm(ActionForm):
    delegates = forms.MultipleChoiceField(
        label="签到的职工代表", widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.record is not None:
            rows = list(queries.serving(self.record.congress))
            need = rules.least_present(len(rows), queries.law_on(self.record.planned_on))
            field = self.fields["delegates"]
            field.choices = [(str(item.pk), f"{item.name}（{item.unit}）") for item in rows]
            field.help_text = f"职工代表 {len(rows)} 人，至少 {need} 人签到方可开会。"


class VoteForm(ActionForm):
    item = forms.TypedChoiceField(label="议题", coerce=int)
    issued = forms.IntegerField(label="发出的票", **NUMBER)
    returned = forms.IntegerField(label="收回的票", **NUMBER)
    agreed = forms.IntegerField(label="赞成", **NUMBER)
    against = forms.IntegerField(label="反对", **NUMBER)
    abstained = forms.IntegerField(label="弃权", **NUMBER)
    resolution = forms.CharField(label="决议内容", required=False, max_length=2000, widget=AREA)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.record is not None:
            self.fields["item"].choices = [
                (item.pk, item.title)
                for item in self.record.items.all()
                if rules.Matter(item.matter).votes
            ]


class FileForm(ActionForm):
    undertaker = forms.CharField(label="承办部门", max_length=60)


class ReasonForm(ActionForm):
    reason = forms.CharField(label="理由", min_length=4, max_length=500, widget=AREA)


class AnswerForm(ActionForm):
    answer = forms.CharField(label="答复", min_length=4, max_length=1000, widget=AREA)


class PublishForm(ActionForm):
    union = UnionField(label="工会", permission=permissions.PUBLISH)
    title = forms.CharField(label="标题", max_length=120)
    kind = forms.ChoiceField(label="类别", choices=PublicityKind.choices)
    content = forms.CharField(
        label="内容", max_length=20_000, widget=forms.Textarea(attrs={"rows": 8})
    )
    until = DayField(label="公示截止")


class ObjectionForm(ActionForm):
    objection = forms.TypedChoiceField(label="意见", coerce=int)
    answer = forms.CharField(label="答复", min_length=2, max_length=500, widget=AREA)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.record is not None:
            rows = self.record.objections.filter(answer="")
            self.fields["objection"].choices = [(item.pk, str(item)) for item in rows]


def composition(congress: StaffCongress, actor: Actor) -> dict[str, Any]:
    return {"lines": actions.composition_of(congress)}


def delegates(congress: StaffCongress, actor: Actor) -> dict[str, Any]:
    """Each delegate with the member record, for those who may see it; who left is marked."""
    found = list(congress.delegates.all())
    here = queries.memberships_of(found, congress, actor.scope(permissions.VIEW_CONGRESSES))
    opens = actor.may(MEMBERS.view, congress.org_path)
    rows = []
    for item in found:
        member = here.get(item.person_id) if item.person_id is not None else None
        url = (
            reverse(f"resource:{MEMBERS.code}:record", args=[member.pk]) if member and opens else ""
        )
        left = item.left_on is None and actions.has_left(item, here)
        rows.append({"delegate": item, "member": member, "url": url, "left": left})
    return {"delegates": rows}


def sessions(congress: StaffCongress, actor: Actor) -> dict[str, Any]:
    rows = queries.sessions_of(congress).order_by("-number")
    return {
        "sessions": [
            (item, reverse("resource:staff-sessions:record", args=[item.pk])) for item in rows
        ]
    }


def agenda(session: Session, actor: Actor) -> dict[str, Any]:
    return {"items": list(session.items.all())}


def prints(session: Session, actor: Actor) -> dict[str, Any] | None:
    """The minutes, and each resolution that was carried."""
    if session.state == SessionState.PLANNED:
        return None
    links = [("会议纪要", reverse("session-minutes", args=[session.pk]))]
    for item in session.items.filter(carried=True):
        url = reverse("session-resolution", args=[session.pk, item.pk])
        links.append((f"决议：{item.title}", url))
    return {"prints": links}


def objections(publicity: Publicity, actor: Actor) -> dict[str, Any]:
    return {"objections": list(publicity.objections.all())}


def _in(*states: str) -> Any:
    return lambda record, actor: record.state in states


CONGRESSES = Resource(
    code="staff-congresses",
    title="职工代表大会",
    unit="届",
    model=StaffCongress,
    view=permissions.VIEW_CONGRESSES,
    columns=(
        Column("union__name", "工会", kind="title"),
        Column("number", "届次", kind="number"),
        Column("kind", "形式", choices=CongressKind),
        Column(
            "state",
            "状态",
            kind="state",
            choices=CongressState,
            tones={"electing": "wait", "in_term": "good", "ended": "idle"},
        ),
        Column("employees", "职工人数", kind="number"),
        Column("ends_on", "届满日期", kind="date"),
    ),
    filters=(Choice("state", "状态", choices=CongressState), Under()),
    sorts=(Sort("id", "登记先后"), Sort("ends_on", "届满日期", descending=False)),
    search=lambda rows, text, scope: rows.filter(union__name__contains=text),
    search_hint="工会名称",
    facts=(
        Facts(
            "届次",
            (
                ("工会", "union"),
                ("届次", lambda item: f"第{item.number}届"),
                ("形式", "kind"),
                ("职工人数", "employees"),
                ("起始日期", "began_on"),
                ("任期", lambda item: f"{item.years}年"),
                ("届满日期", "ends_on"),
            ),
        ),
    ),
    sections=(
        Section("代表构成", "staff_congress/lines.html", composition),
        Section("职工代表", "staff_congress/delegates.html", delegates),
        Section("会议", "staff_congress/sessions.html", sessions),
    ),
    creates=(
        Step(
            actions.begin,
            "begin",
            "登记职代会届次",
            form=BeginForm,
            help="职工代表不少于职工的百分之五且不少于三十人；不足一百人的可以召开职工大会。",
            done="已登记，请登记职工代表。",
        ),
    ),
    steps=(
        Step(
            actions.add_delegates,
            "delegates",
            "登记职工代表",
            form=DelegatesForm,
            shown=_in("electing", "in_term"),
            done="已登记职工代表。",
        ),
        Step(
            actions.confirm,
            "confirm",
            "确认代表资格",
            shown=_in("electing"),
            tone="primary",
            done="已确认，可以召开会议。",
        ),
        Step(
            actions.convene,
            "convene",
            "筹备会议",
            form=ConveneForm,
            shown=_in("in_term"),
            tone="primary",
            done="会议和议程已登记。",
        ),
        Step(
            actions.link,
            "link",
            "关联会员档案",
            form=LinkForm,
            shown=_in("electing", "in_term"),
            help="姓名在本单位会员中唯一的，登记时已自动关联；重名的在这里指明。",
            done="已关联。",
        ),
        Step(
            actions.end_mandate,
            "mandate",
            "终止代表资格",
            form=MandateForm,
            shown=_in("electing", "in_term"),
            done="已终止。",
        ),
        Step(
            actions.end,
            "end",
            "结束本届",
            shown=_in("electing", "in_term"),
            tone="danger",
            done="本届已结束。",
        ),
    ),
    related=("union",),
    empty="还没有登记职工代表大会。",
)

SESSIONS = Resource(
    code="staff-sessions",
    title="职代会会议",
    unit="次",
    model=Session,
    view=permissions.VIEW_CONGRESSES,
    columns=(
        Column("congress__union__name", "工会", kind="title"),
        Column("number", "次数", kind="number"),
        Column(
            "state",
            "状态",
            kind="state",
            choices=SessionState,
            tones={"planned": "wait", "open": "info", "closed": "good"},
        ),
        Column("planned_on", "会议日期", kind="date"),
        Column("delegates", "代表总数", kind="number"),
        Column("present", "出席", kind="number"),
    ),
    filters=(Choice("state", "状态", choices=SessionState), Under()),
    sorts=(Sort("planned_on", "会议日期"),),
    facts=(
        Facts(
            "会议",
            (
                ("届次", "congress"),
                ("会议日期", "planned_on"),
                ("地点", "place"),
                ("代表总数", "delegates"),
                ("出席人数", "present"),
            ),
        ),
    ),
    sections=(
        Section("议程和表决", "staff_congress/agenda.html", agenda),
        Section("打印", "staff_congress/prints.html", prints),
    ),
    steps=(
        Step(
            actions.sign_in,
            "sign-in",
            "登记签到并开会",
            form=SignInForm,
            shown=_in("planned"),
            tone="primary",
            done="签到达到三分之二，会议开始。",
        ),
        Step(
            actions.vote,
            "vote",
            "登记表决结果",
            form=VoteForm,
            shown=_in("open"),
            tone="primary",
            help="须获全体职工代表（不只是出席者）过半数赞成；集体合同草案为半数以上。",
            done="已登记，结果见议程。",
        ),
        Step(
            actions.close,
            "close",
            "闭会",
            shown=_in("open"),
            done="已闭会，通过的决议已向职工公开。",
        ),
    ),
    related=("union", "congress", "congress__union"),
    empty="还没有会议。请在职工代表大会的届次中筹备。",
)

PROPOSALS = Resource(
    code="staff-proposals",
    title="职工提案",
    unit="件",
    model=Proposal,
    view=permissions.VIEW_PROPOSALS,
    columns=(
        Column("title", "标题", kind="title"),
        Column("union__name", "工会"),
        Column(
            "state",
            "状态",
            kind="state",
            choices=ProposalState,
            tones={
                "submitted": "wait",
                "filed": "info",
                "answered": "info",
                "closed": "good",
                "declined": "stop",
                "withdrawn": "idle",
            },
        ),
        Column("by_name", "提出人"),
        Column("by_delegate", "职工代表提出", kind="flag"),
        Column("undertaker", "承办部门"),
        Column("due_on", "答复期限", kind="date"),
    ),
    filters=(Choice("state", "状态", choices=ProposalState), Under()),
    sorts=(Sort("id", "提出先后"),),
    search=lambda rows, text, scope: rows.filter(title__contains=text),
    search_hint="标题",
    facts=(
        Facts(
            "提案",
            (
                ("工会", "union"),
                ("提出人", "by_name"),
                ("附议人", "seconders"),
                ("案由", "reason"),
                ("建议和措施", "measure"),
                ("提出时间", "submitted_at"),
            ),
        ),
        Facts(
            "办理",
            (
                ("承办部门", "undertaker"),
                ("答复期限", "due_on"),
                ("答复", "answer"),
                ("满意", "satisfied"),
                ("评价", "remark"),
            ),
        ),
    ),
    steps=(
        Step(
            actions.file,
            "file",
            "立案",
            form=FileForm,
            shown=_in("submitted"),
            tone="primary",
            done="已立案。",
        ),
        Step(
            actions.decline,
            "decline",
            "不予立案",
            form=ReasonForm,
            shown=_in("submitted"),
            tone="danger",
            done="已登记，提出人会收到理由。",
        ),
        Step(
            actions.answer,
            "answer",
            "答复提案",
            form=AnswerForm,
            shown=_in("filed"),
            tone="primary",
            done="已答复，提出人会收到消息。",
        ),
    ),
    related=("union",),
    empty="还没有职工提案。",
)

PUBLICITY = Resource(
    code="publicity",
    title="厂务公开",
    unit="项",
    model=Publicity,
    view=permissions.VIEW_PUBLICITY,
    columns=(
        Column("title", "标题", kind="title"),
        Column("union__name", "工会"),
        Column("kind", "类别", choices=PublicityKind),
        Column("published_on", "公开日期", kind="date"),
        Column("until", "公示截止", kind="date"),
    ),
    filters=(Choice("kind", "类别", choices=PublicityKind), Under()),
    sorts=(Sort("id", "公开先后"),),
    search=lambda rows, text, scope: rows.filter(title__contains=text),
    search_hint="标题",
    facts=(
        Facts(
            "公开",
            (
                ("工会", "union"),
                ("类别", "kind"),
                ("公开日期", "published_on"),
                ("公示截止", "until"),
                ("内容", "content"),
            ),
        ),
    ),
    sections=(Section("职工意见", "staff_congress/objections.html", objections),),
    creates=(
        Step(
            actions.make_public,
            "publish",
            "发布厂务公开",
            form=PublishForm,
            help="本单位职工在手机上可以看到，公示期内可以提出意见。",
            done="已向职工公开。",
        ),
    ),
    steps=(
        Step(
            actions.answer_objection,
            "answer",
            "答复意见",
            form=ObjectionForm,
            shown=lambda item, actor: item.objections.filter(answer="").exists(),
            tone="primary",
            done="已答复。",
        ),
    ),
    related=("union",),
    empty="还没有公开的事项。",
)
