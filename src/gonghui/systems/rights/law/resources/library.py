"""Lists and records of statutes and their editions."""

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
from gonghui.systems.rights.law import permissions as may
from gonghui.systems.rights.law.actions import library as actions
from gonghui.systems.rights.law.models import Article, Edition, Statute
from gonghui.systems.rights.law.models.library import Level
from gonghui.systems.rights.law.models.reviewed import Stage
from gonghui.systems.rights.law.queries import library as queries
from gonghui.systems.rights.law.rules import library as rules
from gonghui.systems.rights.law.rules import reviewing

LONG = forms.Textarea(attrs={"rows": 16})
TONES = {stage.value: tone for stage, tone in reviewing.TONES.items()}
FORMAT = (
    "先写说明项，每项一行：法规、简称、位阶、机关、文号、版本、通过、施行、"
    "范围（全文或摘要）、依据。"
    "条文以“第几条”开头，章节行以 # 开头，拿不准的在条号前写【待核】，"
    "删除的条文写“第几条 （删除）”。"
)


class ReviewForm(ActionForm):
    """Publish, or send back with an opinion."""

    publish = forms.TypedChoiceField(
        label="审核结论",
        choices=[("yes", "同意"), ("no", "退回修改")],
        coerce=lambda value: value == "yes",
        empty_value=None,
        widget=forms.RadioSelect,
    )
    opinion = forms.CharField(
        label="意见", required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class WithdrawForm(ActionForm):
    reason = forms.CharField(
        label="理由", min_length=4, max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class ImportForm(ActionForm):
    union = UnionField(label="维护工会", permission=may.EDIT_STATUTES)
    text = forms.CharField(
        label="法规文本", max_length=rules.LARGEST, widget=LONG, help_text=FORMAT
    )


class TextForm(ActionForm):
    text = forms.CharField(
        label="法规文本", max_length=rules.LARGEST, widget=LONG, help_text=FORMAT
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.record is not None:
            self.fields["text"].initial = self.record.text


class RepealForm(ActionForm):
    repealed_on = DayField(label="从哪一天起废止")
    repealed_by = forms.CharField(label="废止依据", max_length=120)


def staged(*stages: str) -> Any:
    return lambda record, actor: record.stage in stages


def for_review(record: Any, actor: Actor) -> bool:
    """Offered to everybody but the author and whoever made the first of two reviews."""
    others = {record.author_id, record.first_reviewer_id} - {None}
    return record.stage in ("review", "second") and actor.user_id not in others


def cycle_steps(cycle: Any, *, review: str = "审核") -> tuple[Step, ...]:
    """Submit, review and withdraw as steps."""
    return (
        Step(
            cycle.submit,
            "submit",
            "送审",
            shown=staged("draft"),
            tone="primary",
            done="已送审，由起草人以外的人审核。",
        ),
        Step(
            cycle.review,
            "review",
            review,
            form=ReviewForm,
            shown=for_review,
            tone="primary",
            done="已审核。",
        ),
        Step(
            cycle.withdraw,
            "withdraw",
            "撤下",
            form=WithdrawForm,
            shown=staged("published"),
            tone="danger",
            done="已撤下，公众不再看到。",
        ),
    )


STAGE = Column("stage", "状态", kind="state", choices=Stage, tones=TONES)
REVIEWING = Facts(
    "审核",
    (
        ("起草人", "author_name"),
        ("核对人", "first_reviewer_name"),
        ("审核人", "reviewer_name"),
        ("审核意见", "opinion"),
        ("发布时间", "published_at"),
    ),
)


def articles(statute: Statute, actor: Actor) -> dict[str, Any]:
    rows = queries.articles_on(statute, timezone.localdate())
    return {"rows": list(rows[:400])}


def editions(statute: Statute, actor: Actor) -> dict[str, Any] | None:
    if not statute.published:
        return None
    return {"url": reverse("law-statute", args=[statute.pk]), "label": "看公开的页面"}


def amendments(edition: Edition, actor: Actor) -> dict[str, Any]:
    """What a published edition changed, or what a draft would change."""
    if edition.stage == "published":
        done = edition.amendments.select_related("before", "after")[:400]
        return {
            "rows": [
                (
                    item,
                    item.get_change_display(),
                    rules.compared(
                        item.before.text if item.before else "",
                        item.after.text if item.after else "",
                    ),
                )
                for item in done
            ]
        }
    now = {
        row.place: row.text for row in Article.objects.filter(statute=edition.statute, until=None)
    }
    found = rules.read(edition.text)
    planned = rules.amendments(now, found.articles, whole=found.whole)
    return {
        "rows": [
            (
                item,
                rules.CHANGES[item.change],
                rules.compared(item.before, item.after.text if item.after else ""),
            )
            for item in planned[:400]
        ]
    }


STATUTES = Resource(
    code="statutes",
    title="法规库",
    unit="部",
    model=Statute,
    view=may.VIEW_STATUTES,
    columns=(
        Column("title", "名称", kind="title"),
        Column("level", "位阶", choices=Level),
        Column("issuer", "制定机关"),
        Column("edition_note", "版本"),
        Column("in_force_on", "首次施行", kind="date"),
        Column("repealed_on", "废止日期", kind="date"),
        Column("published", "已公开", kind="flag"),
    ),
    filters=(Choice("level", "位阶", choices=Level), Under()),
    sorts=(Sort("id", "录入先后"), Sort("rank", "位阶", descending=False)),
    search=lambda rows, text, scope: rows.filter(title__contains=text),
    search_hint="法规名称",
    facts=(
        Facts(
            "法规",
            (
                ("名称", "title"),
                ("简称", "short"),
                ("位阶", "level"),
                ("制定机关", "issuer"),
                ("版本", "edition_note"),
                ("首次施行", "in_force_on"),
                ("最近变动", "changed_on"),
                ("废止日期", "repealed_on"),
                ("废止依据", "repealed_by"),
                ("维护工会", "union"),
            ),
        ),
    ),
    sections=(
        Section("现行条文", "law/section_articles.html", articles),
        Section("公开页面", "law/section_link.html", editions),
    ),
    steps=(
        Step(
            actions.repeal,
            "repeal",
            "登记废止",
            form=RepealForm,
            shown=lambda record, actor: record.published and record.repealed_on is None,
            tone="danger",
            done="已登记废止，按日期查询时仍能看到当时的条文。",
        ),
    ),
    related=("union",),
    empty="还没有录入法规。请在“法规版本”中导入文本。",
)

EDITIONS = Resource(
    code="editions",
    title="法规版本",
    unit="个",
    model=Edition,
    view=may.VIEW_STATUTES,
    columns=(
        Column("statute__title", "法规", kind="title"),
        Column("note", "版本"),
        STAGE,
        Column("in_force_on", "施行日期", kind="date"),
        Column("document", "文号"),
        Column("whole", "全文", kind="flag"),
        Column("author_name", "录入人"),
    ),
    filters=(Choice("stage", "状态", choices=Stage), Under()),
    sorts=(Sort("id", "录入先后"), Sort("in_force_on", "施行日期")),
    search=lambda rows, text, scope: rows.filter(statute__title__contains=text),
    search_hint="法规名称",
    facts=(
        Facts(
            "版本",
            (
                ("法规", "statute"),
                ("版本", "note"),
                ("文号", "document"),
                ("通过日期", "adopted_on"),
                ("施行日期", "in_force_on"),
                ("全文", "whole"),
                ("文本依据", "source"),
            ),
        ),
        REVIEWING,
    ),
    sections=(Section("与现行条文比较", "law/section_amendments.html", amendments),),
    creates=(
        Step(
            actions.import_text,
            "import",
            "导入法规文本",
            form=ImportForm,
            help="同名法规已在库中的，成为它的新版本；发布后自动标出新增、修改和删除的条文。",
            done="已导入，请核对后送审。",
        ),
    ),
    steps=(
        Step(
            actions.revise,
            "revise",
            "修改文本",
            form=TextForm,
            shown=staged("draft"),
            done="已修改。",
        ),
        *cycle_steps(actions.CYCLE)[:2],
    ),
    related=("union", "statute"),
    empty="还没有导入法规文本。",
)
