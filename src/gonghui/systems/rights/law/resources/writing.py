"""Lists and records of public answers, typical cases, topics and pieces."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
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
from gonghui.kernel.resource.forms import ActionForm, UnionField
from gonghui.systems.rights.law import permissions as may
from gonghui.systems.rights.law.actions import writing as actions
from gonghui.systems.rights.law.models import Piece, PublicAnswer, Topic, TypicalCase
from gonghui.systems.rights.law.models.reviewed import Stage
from gonghui.systems.rights.law.models.writing import Subject
from gonghui.systems.rights.law.queries import library, writing
from gonghui.systems.rights.law.resources.library import (
    REVIEWING,
    STAGE,
    WithdrawForm,
    cycle_steps,
    for_review,
    staged,
)
from gonghui.systems.rights.law.rules import anonymity
from gonghui.systems.rights.law.rules.library import Place


def area(label: str, rows: int = 5, most: int = 5000, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, widget=forms.Textarea(attrs={"rows": rows}), **more
    )


class CitesField(forms.CharField):
    """Citations, one a line, checked against the library of today."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label="引用条文",
            required=False,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text="每行一条，写作“《劳动合同法》第四十七条”。",
            **kwargs,
        )

    def clean(self, value: Any) -> list[list[object]]:
        try:
            return actions.cites_of(super().clean(value) or "", timezone.localdate())
        except Refusal as refusal:
            raise ValidationError(
                refusal.message, params={"rule": refusal.rule, "remedy": refusal.remedy}
            ) from None

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return "\n".join(
                f"《{name}》{Place(number, branch).words}" for name, number, branch in value
            )
        return value


class Written(ActionForm):
    """A form that begins with what is written already."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if self.record is not None and hasattr(self.record, name):
                field.initial = getattr(self.record, name)


class AnswerForm(Written):
    question = forms.CharField(label="问题", max_length=200)
    detail = area("具体情况", 4, 2000, required=False)
    answer = area("解答", 8)
    theme = forms.ChoiceField(label="类别", choices=Subject.choices)
    cites = CitesField()


class NewAnswerForm(AnswerForm):
    union = UnionField(label="工会", permission=may.EDIT_ANSWERS)
    consultation = forms.TypedChoiceField(
        label="来源咨询",
        required=False,
        coerce=int,
        empty_value=None,
        help_text="只列出咨询人同意匿名公开、已经答复的咨询。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["consultation"]
        field.choices = [("", "不是来自咨询"), *writing.agreed(self.actor)]


class CaseForm(Written):
    title = forms.CharField(label="标题", max_length=100)
    theme = forms.ChoiceField(label="类别", choices=Subject.choices)
    year = forms.IntegerField(label="年份", min_value=1995, max_value=2100)
    facts = area("基本案情", 8)
    issue = area("争议焦点", 3, 2000, required=False)
    result = area("处理结果", 5, 3000)
    lesson = area("典型意义", 4, 3000)
    cites = CitesField()


class NewCaseForm(CaseForm):
    union = UnionField(label="工会", permission=may.EDIT_CASES)


class AllowForm(ActionForm):
    words = forms.ChoiceField(label="保留的用词")
    reason = area("理由", 3, 200, help_text="说明它为什么不会暴露当事人身份。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.record is not None:
            field: Any = self.fields["words"]
            field.choices = [(item.text, item.words) for item in _likely(self.record)]


class TopicForm(ActionForm):
    union = UnionField(label="工会", permission=may.EDIT_PIECES)
    title = forms.CharField(label="专题", max_length=60)
    summary = forms.CharField(label="说明", max_length=200)
    sequence = forms.IntegerField(label="次序", min_value=0, max_value=999, initial=0)


class PieceForm(Written):
    title = forms.CharField(label="标题", max_length=100)
    body = area("正文", 14, 20_000)
    cites = CitesField()


def cited(record: Any, actor: Actor) -> dict[str, Any] | None:
    if not record.cites:
        return None
    return {"cites": library.links(record.cites, timezone.localdate())}


def _likely(record: TypicalCase) -> list[anonymity.Finding]:
    allowed = {row[0] for row in record.allowed}
    found = anonymity.findings(record.whole)
    return [item for item in found if not item.certain and item.text not in allowed]


def findings(record: TypicalCase, actor: Actor) -> dict[str, Any]:
    """What the checker finds, and what became of it."""
    allowed = {row[0]: row for row in record.allowed}
    rows = []
    for item in anonymity.findings(record.whole):
        if item.certain:
            rows.append((item, "必须改写", "stop"))
        elif item.text in allowed:
            who, why = allowed[item.text][1:]
            rows.append((item, f"{who}核对后保留：{why}", "good"))
        else:
            rows.append((item, "请核对", "wait"))
    return {"rows": rows}


SUBJECT = Choice("theme", "类别", choices=Subject)
STAGES = Choice("stage", "状态", choices=Stage)

PUBLIC_ANSWERS = Resource(
    code="law-answers",
    title="公开问答",
    model=PublicAnswer,
    view=may.VIEW_ANSWERS,
    columns=(
        Column("question", "问题", kind="title"),
        Column("theme", "类别", choices=Subject),
        STAGE,
        Column("union__name", "工会"),
        Column("helpful", "有用", kind="number"),
        Column("unhelpful", "没解决", kind="number"),
        Column("author_name", "起草人"),
    ),
    filters=(STAGES, SUBJECT, Under()),
    sorts=(Sort("id", "编写先后"), Sort("helpful", "有用"), Sort("unhelpful", "没解决")),
    search=lambda rows, text, scope: rows.filter(question__contains=text),
    search_hint="问题",
    facts=(
        Facts(
            "问答",
            (
                ("问题", "question"),
                ("具体情况", "detail"),
                ("解答", "answer"),
                ("类别", "theme"),
                ("来源咨询", "consultation"),
                ("工会", "union"),
            ),
        ),
        REVIEWING,
    ),
    sections=(Section("引用条文", "law/section_cites.html", cited),),
    creates=(
        Step(
            actions.write_answer,
            "write",
            "编写公开问答",
            form=NewAnswerForm,
            help="写成没有姓名、单位、号码的一般问题；送审时自动检查。",
            done="已保存，请送审。",
        ),
    ),
    steps=(
        Step(
            actions.revise_answer,
            "revise",
            "修改",
            form=AnswerForm,
            shown=staged("draft", "withdrawn"),
            done="已修改。",
        ),
        *cycle_steps(actions.ANSWERS),
    ),
    related=("union", "consultation", "consultation__case"),
    empty="还没有公开问答。",
)

TYPICAL_CASES = Resource(
    code="typical-cases",
    title="典型案例",
    unit="件",
    model=TypicalCase,
    view=may.VIEW_CASES,
    columns=(
        Column("title", "标题", kind="title"),
        Column("theme", "类别", choices=Subject),
        Column("year", "年份", kind="number"),
        STAGE,
        Column("union__name", "工会"),
        Column("author_name", "起草人"),
        Column("first_reviewer_name", "核对人"),
        Column("reviewer_name", "复核人"),
    ),
    filters=(STAGES, SUBJECT, Under()),
    sorts=(Sort("id", "编写先后"), Sort("year", "年份")),
    search=lambda rows, text, scope: rows.filter(title__contains=text),
    search_hint="标题",
    facts=(
        Facts(
            "案例",
            (
                ("标题", "title"),
                ("类别", "theme"),
                ("年份", "year"),
                ("基本案情", "facts"),
                ("争议焦点", "issue"),
                ("处理结果", "result"),
                ("典型意义", "lesson"),
                ("工会", "union"),
            ),
        ),
        REVIEWING,
    ),
    sections=(
        Section("匿名化检查", "law/section_findings.html", findings),
        Section("引用条文", "law/section_cites.html", cited),
    ),
    creates=(
        Step(
            actions.write_case,
            "write",
            "编写典型案例",
            form=NewCaseForm,
            help="当事人写作“李某某”“某公司”；公开前由两名起草人以外的人分别核对。",
            done="已保存，请看匿名化检查的结果。",
        ),
    ),
    steps=(
        Step(
            actions.revise_case,
            "revise",
            "修改",
            form=CaseForm,
            shown=staged("draft", "withdrawn"),
            done="已修改。",
        ),
        Step(
            actions.allow_words,
            "allow",
            "保留疑似用词",
            form=AllowForm,
            shown=lambda record, actor: for_review(record, actor) and bool(_likely(record)),
            done="已记录理由。",
        ),
        *cycle_steps(actions.CASES, review="核对匿名化"),
    ),
    related=("union",),
    empty="还没有典型案例。",
)

TOPICS = Resource(
    code="law-topics",
    title="普法专题",
    unit="个",
    model=Topic,
    view=may.VIEW_PIECES,
    columns=(
        Column("title", "专题", kind="title"),
        Column("summary", "说明"),
        Column("union__name", "工会"),
        Column("sequence", "次序", kind="number"),
        Column("closed", "已停用", kind="flag"),
    ),
    filters=(Under(),),
    sorts=(Sort("id", "设置先后"), Sort("sequence", "次序", descending=False)),
    facts=(Facts("专题", (("专题", "title"), ("说明", "summary"), ("工会", "union"))),),
    creates=(
        Step(
            actions.make_topic,
            "make",
            "设置普法专题",
            form=TopicForm,
            done="已设置，可以编写内容。",
        ),
    ),
    steps=(
        Step(
            actions.write_piece,
            "write",
            "编写普法内容",
            form=PieceForm,
            shown=lambda record, actor: not record.closed,
            tone="primary",
            done="已保存，请在“普法内容”中送审。",
        ),
        Step(
            actions.close_topic,
            "close",
            "停用专题",
            form=WithdrawForm,
            shown=lambda record, actor: not record.closed,
            tone="danger",
            done="已停用。",
        ),
    ),
    related=("union",),
    empty="还没有普法专题。",
)

PIECES = Resource(
    code="law-pieces",
    title="普法内容",
    unit="篇",
    model=Piece,
    view=may.VIEW_PIECES,
    columns=(
        Column("title", "标题", kind="title"),
        Column("topic__title", "专题"),
        STAGE,
        Column("union__name", "工会"),
        Column("author_name", "起草人"),
    ),
    filters=(STAGES, Under()),
    sorts=(Sort("id", "编写先后"),),
    search=lambda rows, text, scope: rows.filter(title__contains=text),
    search_hint="标题",
    facts=(
        Facts("内容", (("标题", "title"), ("专题", "topic"), ("正文", "body"), ("工会", "union"))),
        REVIEWING,
    ),
    sections=(Section("引用条文", "law/section_cites.html", cited),),
    steps=(
        Step(
            actions.revise_piece,
            "revise",
            "修改",
            form=PieceForm,
            shown=staged("draft", "withdrawn"),
            done="已修改。",
        ),
        *cycle_steps(actions.PIECES),
    ),
    related=("union", "topic"),
    empty="还没有普法内容。请在“普法专题”中编写。",
)
