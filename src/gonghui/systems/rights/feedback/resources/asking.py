"""Registers of opinion solicitations and questionnaires."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.resource.declaration import (
    Choice,
    Column,
    Facts,
    Resource,
    Section,
    Step,
    Under,
)
from gonghui.kernel.resource.forms import ActionForm, DayField, UnionField
from gonghui.systems.rights.feedback import permissions as may
from gonghui.systems.rights.feedback.actions import consulting, surveys
from gonghui.systems.rights.feedback.models import (
    Consultation,
    ConsultationState,
    Survey,
    SurveyState,
)
from gonghui.systems.rights.feedback.queries.surveys import questions
from gonghui.systems.rights.feedback.rules import consulting as rules
from gonghui.systems.rights.feedback.rules.surveys import written
from gonghui.systems.rights.feedback.views.forms import area


class DraftForm(ActionForm):
    union = UnionField(label="工会", permission=may.EDIT_CONSULTATIONS)
    title = forms.CharField(label="标题", max_length=120)
    intro = area("起草说明", 5, 3000)
    text = area("征求意见稿", 14, 60_000, help_text="按“第一条”“第二条”自动分条；没有条次的按段。")
    questions = area("想问的问题", 4, 3000, required=False, help_text="每行一个。")
    closes_on = DayField(label="截止日期")


class EditDraftForm(DraftForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["union"]
        if not self.is_bound:
            parts = list(self.record.provisions.all())
            now = {
                "title": self.record.title,
                "intro": self.record.intro,
                "text": rules.written(
                    rules.Article(part.mark, part.text) for part in parts if not part.question
                ),
                "questions": "\n".join(part.text for part in parts if part.question),
                "closes_on": self.record.closes_on,
            }
            self.initial = {**now, **(self.initial or {})}


class PublishForm(ActionForm):
    summary = area("总的情况", 6, 5000)


class SurveyForm(ActionForm):
    union = UnionField(label="工会", permission=may.EDIT_SURVEYS)
    title = forms.CharField(label="标题", max_length=120)
    intro = area("说明", 3, 2000, required=False)
    anonymous = forms.BooleanField(label="匿名", required=False, initial=True)
    closes_on = DayField(label="截止日期")
    questions = area(
        "题目",
        16,
        20_000,
        help_text="每题以题型开头，如“[单选] 您的行业”，下面每行一个“- 选项”。题型：单选、多选、"
        "打分、是否、数字、文字；“[多选 2 选答]”是最多选两项、可以不答。",
    )


class EditSurveyForm(SurveyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["union"]
        if not self.is_bound:
            now = {
                name: getattr(self.record, name)
                for name in ("title", "intro", "anonymous", "closes_on")
            }
            now["questions"] = written(questions(self.record))
            self.initial = {**now, **(self.initial or {})}


def _in(*states: str) -> Any:
    return lambda record, actor: record.state in states


def _parts(record: Consultation, actor: Actor) -> dict[str, Any]:
    links = [("归纳意见", reverse("feedback:respond", args=[record.pk]))]
    if record.state != ConsultationState.DRAFT:
        links.append(("公开页面", reverse("feedback:consultation", args=[record.pk])))
    return {"links": links, "parts": list(record.provisions.all())}


def _questions(record: Survey, actor: Actor) -> dict[str, Any]:
    links = [("结果", reverse("feedback:survey-results", args=[record.pk]))]
    if record.state != SurveyState.DRAFT:
        links.append(("填写页面", reverse("feedback:survey", args=[record.pk])))
    return {"links": links, "text": written(questions(record))}


CONSULTATIONS = Resource(
    code="consultations",
    title="意见征求",
    unit="件",
    model=Consultation,
    view=may.VIEW_CONSULTATIONS,
    columns=(
        Column("title", "标题", kind="title"),
        Column(
            "state",
            "状态",
            kind="state",
            choices=ConsultationState,
            tones={"draft": "idle", "open": "info", "closed": "wait", "published": "good"},
        ),
        Column("union__name", "工会"),
        Column("opened_on", "开始", kind="date"),
        Column("closes_on", "截止", kind="date"),
        Column("opinions_count", "意见数", kind="number"),
    ),
    filters=(Choice("state", "状态", choices=ConsultationState), Under()),
    search=lambda rows, text, scope: rows.filter(title__contains=text),
    search_hint="标题",
    facts=(
        Facts(
            "意见征求",
            (
                ("标题", "title"),
                ("起草说明", "intro"),
                ("工会", "union"),
                ("起草人", "author_name"),
                ("开始日期", "opened_on"),
                ("截止日期", "closes_on"),
                ("意见数", "opinions_count"),
                ("总的情况", lambda record: record.summary or "—"),
            ),
        ),
    ),
    sections=(Section("条文和问题", "feedback/section_links.html", _parts),),
    creates=(
        Step(consulting.draft, "draft", "起草意见征求", DraftForm, done="已起草，待审核发布。"),
    ),
    steps=(
        Step(
            consulting.edit,
            "edit",
            "修改",
            EditDraftForm,
            shown=_in("draft"),
            done="已修改。",
        ),
        Step(
            consulting.open_up,
            "open",
            "开始征求意见",
            shown=_in("draft"),
            tone="primary",
            help="开始后条文不能再修改，全省职工都能看到。",
            done="已开始征求意见。",
        ),
        Step(consulting.close, "close", "结束征求意见", shown=_in("open"), done="已结束。"),
        Step(
            consulting.publish,
            "publish",
            "公布采纳情况",
            PublishForm,
            shown=_in("closed"),
            tone="primary",
            done="已公布，并告诉了提出意见的职工。",
        ),
    ),
    related=("union",),
    empty="还没有意见征求。",
)

SURVEYS = Resource(
    code="surveys",
    title="问卷",
    unit="份",
    model=Survey,
    view=may.VIEW_SURVEYS,
    columns=(
        Column("title", "标题", kind="title"),
        Column(
            "state",
            "状态",
            kind="state",
            choices=SurveyState,
            tones={"draft": "idle", "open": "info", "closed": "good"},
        ),
        Column("union__name", "工会"),
        Column("anonymous", "匿名", kind="flag"),
        Column("closes_on", "截止", kind="date"),
        Column("sheets_count", "份数", kind="number"),
    ),
    filters=(Choice("state", "状态", choices=SurveyState), Under()),
    search=lambda rows, text, scope: rows.filter(title__contains=text),
    search_hint="标题",
    facts=(
        Facts(
            "问卷",
            (
                ("标题", "title"),
                ("说明", lambda record: record.intro or "—"),
                ("工会", "union"),
                ("匿名", lambda record: "是" if record.anonymous else "否"),
                ("起草人", "author_name"),
                ("开始日期", "opens_on"),
                ("截止日期", "closes_on"),
                ("份数", "sheets_count"),
            ),
        ),
    ),
    sections=(Section("题目", "feedback/section_links.html", _questions),),
    creates=(Step(surveys.draft, "draft", "编写问卷", SurveyForm, done="已编写，待审核发布。"),),
    steps=(
        Step(surveys.edit, "edit", "修改", EditSurveyForm, shown=_in("draft"), done="已修改。"),
        Step(
            surveys.open_up,
            "open",
            "发布问卷",
            shown=_in("draft"),
            tone="primary",
            done="已发布。",
        ),
        Step(surveys.close, "close", "结束问卷", shown=_in("open"), done="已结束。"),
    ),
    related=("union",),
    empty="还没有问卷。",
)
