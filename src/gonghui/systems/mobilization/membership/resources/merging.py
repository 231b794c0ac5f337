"""Pairs that may be one person: the list, the comparison, and merging as steps."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from gonghui.kernel import codes
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.identifiers import DocumentKind
from gonghui.kernel.resource.declaration import Choice, Column, Facts, Resource, Section, Sort, Step
from gonghui.kernel.resource.forms import ActionForm, UnionField
from gonghui.systems.mobilization.membership import permissions
from gonghui.systems.mobilization.membership.actions import merging as actions
from gonghui.systems.mobilization.membership.models.merging import DuplicatePair, PairState
from gonghui.systems.mobilization.membership.queries.merging import Line, Side, sides

TONES = {PairState.OPEN: "wait", PairState.MERGED: "good", PairState.DISMISSED: "idle"}


class NameForm(ActionForm):
    union = UnionField(label="提出的工会", permission=permissions.NAME_DUPLICATE)
    first_number = forms.CharField(label="会员号一", max_length=12)
    second_number = forms.CharField(label="会员号二", max_length=12)


class MergeForm(ActionForm):
    keep = forms.TypedChoiceField(label="保留哪一份", coerce=int, widget=forms.RadioSelect)
    reason = forms.CharField(
        label="合并依据", max_length=200, help_text="如：已核对身份证原件和本人，确系同一人。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.record is not None:
            self.fields["keep"].choices = [  # type: ignore[attr-defined]
                (side.person.pk, _label(side))
                for side in sides(self.record, self.actor.scope(permissions.VIEW_DUPLICATES))
            ]


class ReasonForm(ActionForm):
    reason = forms.CharField(label="依据", max_length=200)


def _label(side: Side) -> str:
    number = f"会员号 {side.number}，" if side.number else ""
    return f"{side.person.name}，{number}{side.status}，{side.person.union.name}"


def lines(pair: DuplicatePair, actor: Actor) -> list[Line]:
    """Both records side by side, fact by fact."""
    first, second = sides(pair, actor.scope(permissions.VIEW_DUPLICATES))
    return [
        Line(label, read(first), read(second))
        for label, read in (
            ("姓名", lambda side: side.person.name),
            ("性别", lambda side: codes.name("sex", side.person.sex)),
            ("出生日期", lambda side: _day(side.person.born_on)),
            ("证件类型", lambda side: DocumentKind(side.person.document_kind).label),
            ("证件号码", lambda side: side.person.document_mask or "—"),
            ("手机号码", lambda side: side.person.mobile_mask or "—"),
            ("学历", lambda side: codes.name("education", side.person.education) or "—"),
            ("所在工会", lambda side: side.person.union.name),
            ("会员号", lambda side: side.number or "—"),
            ("会籍状态", lambda side: side.status),
            ("入会日期", lambda side: _day(side.membership and side.membership.joined_on)),
            ("建档时间", lambda side: _day(timezone.localdate(side.person.created_at))),
        )
    ]


def _day(value: Any) -> str:
    return f"{value:%Y-%m-%d}" if value else "—"


def _comparison(pair: DuplicatePair, actor: Actor) -> dict[str, Any]:
    return {"lines": lines(pair, actor)}


def _in(state: PairState) -> Any:
    return lambda record, actor: record.state == state


DUPLICATES = Resource(
    code="duplicates",
    title="疑似重复人员",
    unit="对",
    model=DuplicatePair,
    view=permissions.VIEW_DUPLICATES,
    columns=(
        Column("name", "姓名", kind="title"),
        Column("score", "相似度", kind="number"),
        Column("reasons", "依据", paint="；".join),
        Column("first_union", "档案一所在工会"),
        Column("second_union", "档案二所在工会"),
        Column("state", "状态", kind="state", choices=PairState, tones=TONES),
        Column("found_at", "发现时间", kind="datetime", shown=False),
    ),
    filters=(Choice("state", "状态", choices=PairState, default=PairState.OPEN),),
    sorts=(Sort("score", "相似度"), Sort("found_at", "发现时间")),
    search=lambda rows, text, scope: rows.filter(name__startswith=text),
    search_hint="姓名",
    facts=(
        Facts(
            "核对",
            (
                ("相似度", "score"),
                ("依据", lambda pair: "；".join(pair.reasons)),
                ("核对单位", "union"),
                ("核对人", "decided_by_name"),
                ("核对意见", "note"),
                (
                    "可撤销至",
                    lambda pair: (
                        f"{timezone.localtime(pair.merge.undo_until):%Y-%m-%d %H:%M}"
                        if pair.merge
                        else "—"
                    ),
                ),
            ),
        ),
    ),
    sections=(Section("两份档案对照", "membership/merging/compare.html", _comparison),),
    creates=(
        Step(
            actions.name,
            "name",
            "提出一对",
            form=NameForm,
            help="两份档案都在您的权限范围内才能提出；否则请由共同的上级工会提出。",
            done="已列入，等待审批人核对。",
        ),
    ),
    steps=(
        Step(
            actions.merge,
            "merge",
            "合并",
            form=MergeForm,
            tone="primary",
            shown=_in(PairState.OPEN),
            help="另一份档案的全部记录并入保留的一份，两个会员号都能查到；30 天内可以撤销。",
            done="已合并。30 天内可以撤销。",
        ),
        Step(
            actions.dismiss,
            "dismiss",
            "不是同一人",
            form=ReasonForm,
            shown=_in(PairState.OPEN),
            done="已记录，不再提示这一对。",
        ),
        Step(
            actions.undo,
            "undo",
            "撤销合并",
            form=ReasonForm,
            tone="danger",
            shown=_in(PairState.MERGED),
            help="两份档案恢复到合并前的样子。合并后会籍又有变动的，不能自动撤销。",
            done="已撤销合并，两份档案恢复原样。",
        ),
    ),
    related=("union", "merge"),
    empty="没有发现疑似重复的人员。每天夜间自动查找，也可以由您提出。",
)
